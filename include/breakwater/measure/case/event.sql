-- What happened to each case by the day's end, each thing once. A vendor that lists a case twice, or
-- delivers a decision late beside its snapshot, tells the same instant again.
select
    event.case_id_vendor,
    event.event_type,
    event.event_at,
    -- An actor that nobody named is a person, as in the vendor's contract.
    max(case when event.actor_type = 'automation' then 0 else 1 end) as is_human,
    max(case when event.decision <> 'no_action' then 1 else 0 end) as is_action,
    max(case when event.reason = 'overturned' then 1 else 0 end) as is_overturned,
    max(event.handle_seconds) as handle_seconds
from told event
cross join run
where event.event_at < run.window_end
group by event.case_id_vendor, event.event_type, event.event_at
