-- One row per case: when it came into the line of its queue, when it left the line, when it was decided
-- for good, and whether it is on hold. A case that was taken up again after its decision stands in line
-- from then on.
with told as (
    select
        event.case_id_vendor,
        min(case when event.event_type = 'received' then event.event_at end) as received_at,
        min(case when event.event_type = 'queued' then event.event_at end) as queued_at,
        max(case when event.event_type in ('decided', 'closed') then event.event_at end) as decided_at,
        max(case when event.event_type = 'reopened' then event.event_at end) as reopened_at,
        max(case when event.event_type = 'paused' then event.event_at end) as paused_at,
        max(case when event.event_type = 'resumed' then event.event_at end) as resumed_at
    from event
    group by event.case_id_vendor
),
-- A vendor that delivers cases as they stand lists every open one each day: one that it lists no more
-- has gone, decided or not.
listed as (
    select case_id_vendor, max(operational_day) as last_day
    from case_event
    group by case_id_vendor
),
life as (
    select
        told.case_id_vendor,
        case
            when told.reopened_at > coalesce(told.decided_at, told.reopened_at - 1) then told.reopened_at
            when line_rule.enters_on = 'queued' then told.queued_at
            else told.received_at
        end as entered_at,
        case
            when told.reopened_at > told.decided_at then null
            else told.decided_at
        end as done_at,
        told.paused_at,
        case when told.resumed_at >= told.paused_at then told.resumed_at end as resumed_at
    from told
    join listed on listed.case_id_vendor = told.case_id_vendor
    cross join line_rule
    cross join run
    where not line_rule.lists_what_is_open
        or listed.last_day >= run.operational_day
        or (told.decided_at is not null and coalesce(told.reopened_at <= told.decided_at, true))
),
taken as (
    select life.case_id_vendor, min(event.event_at) as taken_at
    from life
    join event
        on event.case_id_vendor = life.case_id_vendor
        and event.event_type in ('assigned', 'decided', 'closed')
        and event.event_at >= life.entered_at
    group by life.case_id_vendor
)
select
    life.case_id_vendor,
    case_slice.site,
    case_slice.queue,
    case_slice.priority,
    life.entered_at,
    taken.taken_at,
    life.done_at,
    life.paused_at,
    life.resumed_at
from life
join case_slice on case_slice.case_id_vendor = life.case_id_vendor
left join taken on taken.case_id_vendor = life.case_id_vendor
