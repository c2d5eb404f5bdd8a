-- One row a stop: its place on the plan, its statement's figures, and what has happened there so far.
select s.stop, s.plan, s.address, s.contact, s.phone, s.materials,
    p.day, t.position, t.customer, t.code, t.name,
    a.currency, a.total_minor, a.oldest_due, a.cut_off,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'check_in') as has_arrived,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'check_out') as has_left,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'acknowledgement'
        and e.detail not like '{%"paper":"dispute_finding"%') as is_signed,
    exists (select 1 from acceptances v where v.stop = s.stop) as is_accepted,
    exists (select 1 from document_conflicts c where c.document in (s.document, s.customer_document)) as has_conflict,
    (select count(*) from sent_backs b where b.stop = s.stop
        and not exists (select 1 from amendments m where m.sent_back = b.entry)) as open_send_backs,
    (select e.state from entries e where e.stop = s.stop and e.chain = :chain
        order by case e.state when 'held' then 0 when 'local' then 1 when 'sent' then 2 else 3 end limit 1) as state
from stops s
    join approved_plans p using (plan)
    join approved_plan_stops t using (plan, stop)
    left join statements a on a.statement = t.statement
