-- Of a log of states, the cases that the day is about: touched in it, or undecided at its end, be it
-- that they were taken up again. A vendor that lists cases with all of their instants delivers just
-- these.
with standing as (
    select
        event.case_id_vendor,
        max(event.event_at) as last_at,
        max(case when event.event_type = 'decided' then event.event_at end) as decided_at,
        -- A message after the decision takes nothing up again.
        max(case
            when event.event_type not in (
                'decided', 'closed', 'requester_message', 'reviewer_message'
            ) then event.event_at
        end) as worked_at
    from case_event_history event
    cross join run
    where event.event_at < run.window_end
    group by event.case_id_vendor
)
select history.*
from case_event_history history
join standing on standing.case_id_vendor = history.case_id_vendor
cross join run
where standing.last_at >= run.window_start
    or standing.decided_at is null
    or standing.worked_at >= standing.decided_at
