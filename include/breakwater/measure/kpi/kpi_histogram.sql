-- Distributions as counts per bucket: turnaround of cases that people solved, age of the backlog.
with waited as (
    select queue, 'turnaround' as metric, last_decided_at - received_at as seconds
    from case_day
    where is_solved = 1 and is_manual = 1
    union all
    select case_day.queue, 'backlog_age', run.window_end - case_day.received_at
    from case_day
    cross join run
    where case_day.is_open = 1
)
select waited.queue, waited.metric, bucket.upper_seconds, count(*) as case_count
from waited
join bucket
    on waited.seconds > bucket.lower_seconds
    and waited.seconds <= bucket.upper_seconds
group by waited.queue, waited.metric, bucket.upper_seconds
