-- What audits say: qa_accuracy, calibration_delta. Scores are summed in millionths, which all
-- engines add up to the same digit.
with quality as (
    select
        site, queue, policy, language, priority,
        cast(sum(upheld_millionths) as double precision) / 1000000 as upheld,
        cast(sum(sampled_count) as double precision) as sampled,
        cast(sum(calibration_millionths) as double precision) / 1000000 as delta,
        cast(count(calibration_millionths) as double precision) as rescored
    from case_day
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'qa_accuracy' as metric,
    upheld as numerator, sampled as denominator
from quality where sampled > 0
union all
select site, queue, policy, language, priority, 'calibration_delta', delta, rescored
from quality where rescored > 0
