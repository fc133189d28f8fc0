-- Contract clocks due in each hour, and those of them that were met: sla_attainment. A clock that ran out
-- with the day's last second is of its last hour.
with due as (
    select
        clock.site, clock.queue, coalesce(clock.policy, 'none') as policy, clock.language,
        clock.priority, clock.state,
        least(
            greatest(
                case when clock.state = 'met' then clock.stopped_at else clock.due_at end,
                clock.triggered_at
            ),
            run.window_end - 1
        ) as due_at
    from clock_settled clock
    cross join run
    where clock.is_due and clock.kind = 'contract'
)
select site, queue, policy, language, priority, 'sla_attainment' as metric,
    due_at - mod(due_at, 3600) as hour_at,
    cast(sum(case when state = 'met' then 1 else 0 end) as double precision) as numerator,
    cast(count(*) as double precision) as denominator
from due
group by site, queue, policy, language, priority, due_at - mod(due_at, 3600)
