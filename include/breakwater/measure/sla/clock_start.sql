-- Clocks that started: the first event of the clock's start type, in the entry of the clock that was
-- in force at that instant.
with first_event as (
    select case_id_vendor, event_type, min(event_at) as event_at
    from event
    group by case_id_vendor, event_type
)
select
    case_slice.case_id_vendor,
    case_slice.site,
    case_slice.queue,
    case_slice.policy,
    case_slice.language,
    case_slice.priority,
    clock.clock,
    clock.kind,
    clock.stops_on,
    clock.decision_stops,
    clock.pauses,
    clock.calendar_id,
    clock.stays_s,
    clock.target_seconds,
    clock.warning_seconds,
    first_event.event_at as started_at
from case_slice
join clock_on_slice clock
    on clock.site = case_slice.site
    and clock.queue = case_slice.queue
    and clock.policy = case_slice.policy
    and clock.language = case_slice.language
    and clock.priority = case_slice.priority
join first_event
    on first_event.case_id_vendor = case_slice.case_id_vendor
    and first_event.event_type = clock.starts_on
where first_event.event_at >= clock.effective_start
    and first_event.event_at < clock.effective_end
