-- Active handling of people's decisions: aht, exposure_hours.
with handling as (
    select
        site, queue, policy, language, priority,
        cast(count(*) as double precision) as handled,
        cast(sum(handle_seconds) as double precision) as handle_seconds
    from case_day
    where handle_seconds is not null
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'aht' as metric,
    handle_seconds as numerator, handled as denominator
from handling
union all
select site, handling.queue, policy, language, priority, 'exposure_hours',
    handle_seconds / 3600, cast(null as double precision)
from handling
join gravest_queue on gravest_queue.queue = handling.queue
