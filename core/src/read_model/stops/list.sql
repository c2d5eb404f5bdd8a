-- One row a stop: its place on the plan, its statement's figures, what of it is here, and what has happened there so far.
select s.stop, s.plan, s.address, s.contact, s.phone, s.materials, s.customer_document,
    p.day, t.position, t.customer, t.code, t.name, t.site_lat_e7, t.site_lon_e7, t.site_crs,
    a.currency, a.total_minor, a.oldest_due, a.cut_off,
    exists (select 1 from stop_documents d where d.document = s.document) as has_document,
    exists (select 1 from customer_documents d where d.document = s.customer_document) as has_customer_document,
    exists (select 1 from known_customers k where k.customer = t.customer and k.is_own) as is_in_book,
    (select json_group_array(json(m.material)) from packed_materials m where m.document = s.document) as packed,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'check_in') as has_arrived,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'check_out') as has_left,
    exists (select 1 from entries e where e.stop = s.stop and e.kind = 'acknowledgement'
        and e.detail not like '{%"paper":"dispute_finding"%') as is_signed,
    exists (select 1 from acceptances v where v.stop = s.stop) as is_accepted,
    exists (select 1 from document_conflicts c where c.document in (s.document, s.customer_document)) as has_conflict,
    (select count(*) from sent_backs b where b.stop = s.stop
        and not exists (select 1 from amendments m where m.sent_back = b.entry)) as open_send_backs,
    (select e.state from entries e where e.stop = s.stop and e.chain = :chain
        order by case e.state when 'held' then 0 when 'local' then 1 when 'sent' then 2 else 3 end limit 1) as state,
    -- The outcome that counts, as read_model::outcomes::of_stop.
    (select o.kind from outcomes o join entries e on e.entry = o.entry where o.stop = s.stop
        order by e.order_ms desc, e.seq desc, o.entry desc limit 1) as outcome,
    m.entry as promise, m.currency as promise_currency, m.amount_minor as promise_minor, m.due as promise_due
from stops s
    join approved_plans p using (plan)
    join approved_plan_stops t using (plan, stop)
    left join statements a on a.statement = t.statement
    -- The promise in force, as read_model::promises::of_stop.
    left join promises m on m.entry = (select n.entry from promises n join entries e on e.entry = n.entry where n.stop = s.stop
        and not exists (select 1 from promises later where later.supersedes = n.entry)
        order by e.order_ms desc, e.seq desc, n.entry desc limit 1)
