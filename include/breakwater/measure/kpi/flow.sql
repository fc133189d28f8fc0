-- Cases in and out: total_incoming, manual_incoming, reopened_incoming, returned, total_solved,
-- manual_solved, net_flow, clearance_rate. A slice that has a case in the day has every count, zeros
-- included: nothing came in is an answer too.
with flow as (
    select
        site, queue, policy, language, priority,
        cast(sum(is_incoming) as double precision) as incoming,
        cast(sum(is_incoming * is_queued) as double precision) as manual_incoming,
        cast(sum(reopen_count) as double precision) as reopened,
        cast(sum(is_returned) as double precision) as returned,
        cast(sum(is_solved) as double precision) as solved,
        cast(sum(is_solved * is_manual) as double precision) as manual_solved,
        cast(null as double precision) as nothing
    from case_day
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'total_incoming' as metric,
    incoming as numerator, nothing as denominator
from flow
union all
select site, queue, policy, language, priority, 'manual_incoming', manual_incoming, nothing
from flow
union all
select site, queue, policy, language, priority, 'reopened_incoming', reopened, nothing
from flow
union all
select site, queue, policy, language, priority, 'returned', returned, nothing
from flow
union all
select site, queue, policy, language, priority, 'total_solved', solved, nothing
from flow
union all
select site, queue, policy, language, priority, 'manual_solved', manual_solved, nothing
from flow
union all
select site, queue, policy, language, priority, 'net_flow', incoming - solved, nothing
from flow
union all
select site, queue, policy, language, priority, 'clearance_rate', solved, incoming
from flow where incoming + solved > 0
