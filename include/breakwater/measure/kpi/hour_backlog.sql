-- Undecided cases at the end of each hour: backlog. A case that was never taken up again is undecided from
-- its receipt to its decision, so that two changes tell it; the few others are looked at hour by hour.
with once as (
    select
        case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority,
        greatest(case_day.received_at, run.window_start) as from_at,
        case_day.first_decided_at as until_at
    from case_day
    cross join run
    where case_day.last_reopened_at is null
        and case_day.received_at is not null
        and (
            case_day.first_decided_at is null
            or (
                case_day.first_decided_at >= case_day.received_at
                and case_day.first_decided_at >= run.window_start
            )
        )
),
change as (
    select site, queue, policy, language, priority,
        from_at - mod(from_at, 3600) as hour_at, count(*) as cases
    from once
    group by site, queue, policy, language, priority, from_at - mod(from_at, 3600)
    union all
    select site, queue, policy, language, priority,
        until_at - mod(until_at, 3600), -count(*)
    from once
    where until_at is not null
    group by site, queue, policy, language, priority, until_at - mod(until_at, 3600)
),
stood as (
    select
        event.case_id_vendor,
        day_hour.hour_at,
        max(case when event.event_type = 'received' then 1 else 0 end) as is_received,
        max(case when event.event_type = 'decided' then event.event_at end) as decided_at,
        max(case when event.event_type = 'reopened' then event.event_at end) as reopened_at
    from reopened_event event
    join day_hour on event.event_at < day_hour.until_at
    group by event.case_id_vendor, day_hour.hour_at
),
undecided as (
    select
        change.site, change.queue, change.policy, change.language, change.priority,
        day_hour.hour_at, change.cases
    from change
    join day_hour on change.hour_at <= day_hour.hour_at
    union all
    select
        case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority,
        stood.hour_at, 1
    from stood
    join case_day on case_day.case_id_vendor = stood.case_id_vendor
    where stood.is_received = 1
        and (stood.decided_at is null or stood.reopened_at > stood.decided_at)
),
backlog as (
    select site, queue, policy, language, priority, hour_at,
        cast(sum(cases) as double precision) as cases
    from undecided
    group by site, queue, policy, language, priority, hour_at
)
select site, queue, policy, language, priority, 'backlog' as metric, hour_at,
    cases as numerator, cast(null as double precision) as denominator
from backlog
where cases <> 0
