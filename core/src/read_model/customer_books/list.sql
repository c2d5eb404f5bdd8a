-- Each known customer once, with the figures of the latest cut-off. `max` picks the row that the other columns come from.
with who as (
    select customer, code, name, address, contact, phone, grade, sort_key, is_own, max(is_own || source)
    from known_customers where :customer is null group by customer
    union all -- one customer is found by key; with `or`, each one would read them all
    select customer, code, name, address, contact, phone, grade, sort_key, is_own, max(is_own || source)
    from known_customers where customer = :customer group by customer
),
owed as (
    select *, max(cut_off || (source like 'book:%') || source)
    from customer_balances where :customer is null group by customer
    union all
    select *, max(cut_off || (source like 'book:%') || source)
    from customer_balances where customer = :customer group by customer
)
select who.customer, who.code, who.name, who.address, who.contact, who.phone, who.grade, who.is_own,
    owed.cut_off, owed.currency, owed.outstanding_minor, owed.overdue_minor, owed.credits_minor, owed.days_past_due,
    owed.bucket_0, owed.bucket_1, owed.bucket_2, owed.bucket_3, owed.bucket_4, owed.bucket_5, owed.bucket_6, owed.bucket_7,
    owed.bucket_8, count(*) over () as customers_found
from who left join owed using (customer)
where (:overdue = 0 or owed.overdue_minor > 0)
    and (:bucket is null or case :bucket
        when 0 then owed.bucket_0 when 1 then owed.bucket_1 when 2 then owed.bucket_2 when 3 then owed.bucket_3
        when 4 then owed.bucket_4 when 5 then owed.bucket_5 when 6 then owed.bucket_6 when 7 then owed.bucket_7
        when 8 then owed.bucket_8 end > 0)
order by
    case :sort when 'overdue' then -owed.overdue_minor when 'days_past_due' then -owed.days_past_due end nulls last,
    case :sort when 'code' then who.code end,
    who.sort_key, who.code, who.customer
limit :limit offset :offset
