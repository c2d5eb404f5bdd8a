-- What the user of this phone has to do, one row each, from wherever it comes.
with customers_here as (
    select document, substr(scope, 10) as customer from documents where kind = '"customer"'
),
to_do as (
    select f.kind, f.follow_up as id, f.due, f.time, h.customer, null as stop, f.text, null as currency,
        null as amount_minor, f.who = '' as is_anybodys
    from follow_ups f join customers_here h using (document)
    where f.state = 'open' and f.who in ('', :user)
    union all
    select 'send_back', b.entry, b.deadline, '', t.customer, b.stop, b.reason, null, null, 0
    from stops s
        join approved_plan_stops t using (plan, stop)
        join sent_backs b on b.stop = s.stop
    where not exists (select 1 from amendments m where m.sent_back = b.entry)
    union all
    select 'posting', e.entry, json_extract(e.detail, '$.post_by'), '', t.customer, e.stop, '', null, null, 0
    from stops s
        join approved_plan_stops t using (plan, stop)
        join entries e on e.stop = s.stop
    where e.kind = 'refusal' and json_extract(e.detail, '$.post_by') is not null
        and not exists (select 1 from entries p where p.stop = e.stop and p.kind = 'demand_letter_posted' and p.amends = e.entry)
        and not exists (select 1 from entries l where l.stop = e.stop and l.kind = 'refusal' and l.order_ms > e.order_ms
            and json_extract(l.detail, '$.post_by') is not null)
    union all
    -- Whether a promise was kept shows in a ledger of its day or later; until one is here it is asked after.
    select 'promise', p.entry, p.due, '', p.customer, p.stop, '', p.currency, p.amount_minor, 0
    from stops s
        join approved_plan_stops t using (plan, stop)
        join promises p on p.stop = s.stop
        left join statements a on a.statement = t.statement
    where not exists (select 1 from promises n where n.supersedes = p.entry) and coalesce(a.cut_off, '') < p.due
    union all
    select 'cash', '', min(c.taken_day), '', null, null, '', c.currency, sum(c.amount_minor), 0
    from cash_on_its_way c
    where c.state = 'open' and c.taken_by = :user
    group by c.currency
)
