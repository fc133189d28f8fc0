-- Clocks that started: the first event of the clock's start type, in the entry of the clock that was
-- in force at that instant.
with first_event as (
    select case_id_vendor, event_type, min(event_at) as event_at
    from event
    group by case_id_vendor, event_type
),
-- What the vendor's own system promised lies ahead of the day, as a rule; the longest promise counts.
promise as (
    select case_id_vendor, max(event_at) as due_at
    from case_event
    where event_type = 'due'
    group by case_id_vendor
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
    case
        when clock.due_is_reported then promise.due_at - first_event.event_at
        else clock.target_seconds
    end as target_seconds,
    case
        when clock.due_is_reported
            then cast(floor((promise.due_at - first_event.event_at) * clock.warning_percent / 100.0) as bigint)
        else clock.warning_seconds
    end as warning_seconds,
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
left join promise on promise.case_id_vendor = case_slice.case_id_vendor
where first_event.event_at >= clock.effective_start
    and first_event.event_at < clock.effective_end
    and (not clock.due_is_reported or promise.due_at is not null)
