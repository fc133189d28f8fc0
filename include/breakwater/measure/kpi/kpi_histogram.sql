-- Distributions as counts per bucket: turnaround of cases that people solved, in calendar and in
-- business time; age of the backlog, on the fine scale that percentiles are read from and in the bands
-- that people ask for.
with waited as (
    select site, queue, policy, language, priority,
        'turnaround' as metric, 'fine' as scale, seconds
    from turnaround_case
    union all
    select site, queue, policy, language, priority, 'turnaround_business', 'fine', business_seconds
    from turnaround_case
    union all
    select site, queue, policy, language, priority, 'backlog_age', 'fine',
        run.window_end - case_day.received_at
    from case_day
    cross join run
    where case_day.is_open = 1
    union all
    select site, queue, policy, language, priority, 'backlog_band', 'band',
        run.window_end - case_day.received_at
    from case_day
    cross join run
    where case_day.is_open = 1
)
select
    waited.site, waited.queue, waited.policy, waited.language, waited.priority,
    waited.metric, bucket.upper_seconds, count(*) as case_count
from waited
join bucket
    on bucket.scale = waited.scale
    and waited.seconds > bucket.lower_seconds
    and waited.seconds <= bucket.upper_seconds
group by
    waited.site, waited.queue, waited.policy, waited.language, waited.priority,
    waited.metric, bucket.upper_seconds
