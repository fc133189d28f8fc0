-- How long cases waited, in calendar time: asa, average_answer_speed, time_to_first_action,
-- average_age_at_solve. Each counts a case on the day the waiting ended.
with waited as (
    select
        case_day.*,
        case
            when assigned_at >= run.window_start and assigned_at >= queued_at
                then assigned_at - queued_at
        end as answer_seconds,
        case
            when first_human_at >= run.window_start and first_human_at >= queued_at
                then first_human_at - queued_at
        end as decision_seconds,
        case when first_decided_at >= run.window_start then first_decided_at - received_at end
            as first_action_seconds,
        case when is_solved = 1 then last_decided_at - received_at end as age_seconds
    from case_day
    cross join run
),
speed as (
    select
        site, queue, policy, language, priority,
        cast(sum(answer_seconds) as double precision) as answer_seconds,
        cast(count(answer_seconds) as double precision) as answered,
        cast(sum(decision_seconds) as double precision) as decision_seconds,
        cast(count(decision_seconds) as double precision) as decided,
        cast(sum(first_action_seconds) as double precision) as first_action_seconds,
        cast(count(first_action_seconds) as double precision) as acted,
        cast(sum(age_seconds) as double precision) as age_seconds,
        cast(count(age_seconds) as double precision) as solved
    from waited
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'asa' as metric,
    answer_seconds as numerator, answered as denominator
from speed where answered > 0
union all
select site, queue, policy, language, priority, 'average_answer_speed', decision_seconds, decided
from speed where decided > 0
union all
select site, queue, policy, language, priority, 'time_to_first_action', first_action_seconds, acted
from speed where acted > 0
union all
select site, queue, policy, language, priority, 'average_age_at_solve', age_seconds, solved
from speed where solved > 0
