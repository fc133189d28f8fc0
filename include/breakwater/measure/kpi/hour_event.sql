-- What happened to cases hour by hour: incoming, solved, handling and answering. An hour is named by the
-- UTC second at which it starts, and a case counts in the hour in which the day's fact found its
-- instant: handling in that of the last decision that tells of it. Nothing in an hour is no row.
with received as (
    select
        site, queue, policy, language, priority, received_at - mod(received_at, 3600) as hour_at,
        cast(count(*) as double precision) as cases,
        cast(sum(is_queued) as double precision) as manual
    from case_day
    where is_incoming = 1
    group by site, queue, policy, language, priority, received_at - mod(received_at, 3600)
),
solved as (
    select
        site, queue, policy, language, priority,
        last_decided_at - mod(last_decided_at, 3600) as hour_at,
        cast(count(*) as double precision) as cases,
        cast(sum(is_manual) as double precision) as manual
    from case_day
    where is_solved = 1
    group by site, queue, policy, language, priority, last_decided_at - mod(last_decided_at, 3600)
)
select site, queue, policy, language, priority, 'total_incoming' as metric, hour_at,
    cases as numerator, cast(null as double precision) as denominator
from received
union all
select site, queue, policy, language, priority, 'manual_incoming', hour_at,
    manual, cast(null as double precision)
from received where manual > 0
union all
select site, queue, policy, language, priority, 'total_solved', hour_at,
    cases, cast(null as double precision)
from solved
union all
select site, queue, policy, language, priority, 'manual_solved', hour_at,
    manual, cast(null as double precision)
from solved where manual > 0
union all
select site, queue, policy, language, priority, 'aht',
    handled_at - mod(handled_at, 3600),
    cast(sum(handle_seconds) as double precision), cast(count(*) as double precision)
from case_day
where handle_seconds is not null
group by site, queue, policy, language, priority, handled_at - mod(handled_at, 3600)
union all
select site, queue, policy, language, priority, 'asa',
    assigned_at - mod(assigned_at, 3600),
    cast(sum(assigned_at - queued_at) as double precision), cast(count(*) as double precision)
from case_day
cross join run
where assigned_at >= run.window_start and assigned_at >= queued_at
group by site, queue, policy, language, priority, assigned_at - mod(assigned_at, 3600)
union all
select site, queue, policy, language, priority, 'average_answer_speed',
    first_human_at - mod(first_human_at, 3600),
    cast(sum(first_human_at - queued_at) as double precision), cast(count(*) as double precision)
from case_day
cross join run
where first_human_at >= run.window_start and first_human_at >= queued_at
group by site, queue, policy, language, priority, first_human_at - mod(first_human_at, 3600)
