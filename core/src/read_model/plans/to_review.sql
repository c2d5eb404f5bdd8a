-- Stops that wait for a review, the oldest day first: something came back that nobody accepted, and no send-back is unanswered.
select s.*, p.title as plan_title, p.day, exists (select 1 from sent_backs b where b.stop = s.stop) as is_answered,
    count(*) over () as found
from approved_plan_stops s join approved_plans p using (plan)
where exists (select 1 from entries e where e.stop = s.stop
        -- What desks and settling write is no part of a visit.
        and e.kind not in ('visit_accepted', 'sent_back', 'conflict_settled', 'cash_counted', 'variance_confirmed')
        and not exists (select 1 from accepted_entries a where a.stop = s.stop and a.entry_hash = e.hash))
    and not exists (select 1 from sent_backs b where b.stop = s.stop
        and not exists (select 1 from amendments m where m.sent_back = b.entry))
order by p.day, p.title, s.plan, s.position
limit :limit
