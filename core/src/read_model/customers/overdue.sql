with ledger as (
    select ledger, currency from ledgers order by number desc limit 1
),
aged as (
    select customer, outstanding_minor, currency,
        cast(julianday(:as_of) - julianday(due) as integer) as days
    from receivables join ledger using (ledger)
    where :customer is null
    union all -- one customer is found by index; with `or`, each one would read the whole ledger
    select customer, outstanding_minor, currency,
        cast(julianday(:as_of) - julianday(due) as integer)
    from receivables join ledger using (ledger)
    where customer = :customer
),
summed as (
    select customer, currency,
        sum(outstanding_minor) as outstanding_minor,
        sum(case when outstanding_minor < 0 then outstanding_minor else 0 end) as credits_minor,
        max(case when outstanding_minor > 0 then days end) as days_past_due,
        sum(case when outstanding_minor > 0 and days > 0 then outstanding_minor else 0 end) as overdue_minor,
        sum(case when outstanding_minor > 0 and days <= 0 then outstanding_minor else 0 end) as bucket_0,
        sum(case when outstanding_minor > 0 and days between 1 and 30 then outstanding_minor else 0 end) as bucket_1,
        sum(case when outstanding_minor > 0 and days between 31 and 60 then outstanding_minor else 0 end) as bucket_2,
        sum(case when outstanding_minor > 0 and days between 61 and 90 then outstanding_minor else 0 end) as bucket_3,
        sum(case when outstanding_minor > 0 and days between 91 and 180 then outstanding_minor else 0 end) as bucket_4,
        sum(case when outstanding_minor > 0 and days between 181 and 365 then outstanding_minor else 0 end) as bucket_5,
        sum(case when outstanding_minor > 0 and days between 366 and 730 then outstanding_minor else 0 end) as bucket_6,
        sum(case when outstanding_minor > 0 and days between 731 and 1095 then outstanding_minor else 0 end) as bucket_7,
        sum(case when outstanding_minor > 0 and days > 1095 then outstanding_minor else 0 end) as bucket_8
    from aged group by customer
)
select c.customer, c.code, c.name, c.grade, c.salesperson, s.*,
    count(*) over () as customers_found,
    sum(s.overdue_minor) over () as overdue_found_minor
from summed s join customers c using (customer)
where s.overdue_minor > 0
    and (:search = '' or instr(lower(c.name), lower(:search)) > 0 or instr(lower(c.code), lower(:search)) > 0)
order by
    case :sort when 'overdue' then -s.overdue_minor when 'days_past_due' then -s.days_past_due end,
    case :sort when 'name' then c.name when 'grade' then c.grade end,
    c.code, c.customer
limit :limit offset :offset
