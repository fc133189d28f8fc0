-- Cases in and out: total_incoming, manual_incoming, reopened_incoming, total_solved, manual_solved,
-- net_flow, clearance_rate.
with flow as (
    select
        site, queue, policy, language, priority,
        cast(sum(is_incoming) as double precision) as incoming,
        cast(sum(is_incoming * is_queued) as double precision) as manual_incoming,
        cast(sum(reopen_count) as double precision) as reopened,
        cast(sum(is_solved) as double precision) as solved,
        cast(sum(is_solved * is_manual) as double precision) as manual_solved
    from case_day
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'total_incoming' as metric,
    incoming as numerator, cast(null as double precision) as denominator
from flow where incoming > 0
union all
select site, queue, policy, language, priority, 'manual_incoming',
    manual_incoming, cast(null as double precision)
from flow where manual_incoming > 0
union all
select site, queue, policy, language, priority, 'reopened_incoming',
    reopened, cast(null as double precision)
from flow where reopened > 0
union all
select site, queue, policy, language, priority, 'total_solved',
    solved, cast(null as double precision)
from flow where solved > 0
union all
select site, queue, policy, language, priority, 'manual_solved',
    manual_solved, cast(null as double precision)
from flow where manual_solved > 0
union all
select site, queue, policy, language, priority, 'net_flow',
    incoming - solved, cast(null as double precision)
from flow where incoming <> solved
union all
select site, queue, policy, language, priority, 'clearance_rate', solved, incoming
from flow where incoming + solved > 0
