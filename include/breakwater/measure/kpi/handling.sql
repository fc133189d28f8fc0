-- Active handling of people's decisions: aht, exposure hours by severity tier.
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
select site, handling.queue, policy, language, priority, exposed_queue.metric,
    handle_seconds / 3600, cast(null as double precision)
from handling
join exposed_queue on exposed_queue.queue = handling.queue
