-- Work that comes back or goes on: escalation_rate, reopen_rate, appeal_rate, overturn_rate.
with rework as (
    select
        site, queue, policy, language, priority,
        cast(sum(is_solved) as double precision) as solved,
        cast(sum(is_solved * is_manual) as double precision) as manual_solved,
        cast(sum(is_solved * is_action) as double precision) as acted_on,
        cast(sum(is_solved * is_manual * was_escalated) as double precision) as escalated,
        cast(sum(case when reopen_count > 0 then 1 else 0 end) as double precision) as reopened,
        cast(sum(appeal_count) as double precision) as appealed,
        cast(sum(appeal_decided_count) as double precision) as appeals_decided,
        cast(sum(overturned_count) as double precision) as overturned
    from case_day
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'escalation_rate' as metric,
    escalated as numerator, manual_solved as denominator
from rework where manual_solved > 0
union all
select site, queue, policy, language, priority, 'reopen_rate', reopened, solved
from rework where reopened + solved > 0
union all
select site, queue, policy, language, priority, 'appeal_rate', appealed, acted_on
from rework where appealed + acted_on > 0
union all
select site, queue, policy, language, priority, 'overturn_rate', overturned, appeals_decided
from rework where appeals_decided > 0
