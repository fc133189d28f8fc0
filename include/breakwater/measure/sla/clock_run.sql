-- Every clock on every case, as known at the day's end. See clocks.py for what is due on which day.
with timed as (
    select
        due.*,
        due.business_end - due.business_start - due.paused_seconds as elapsed_seconds
    from clock_due due
),
judged as (
    select
        timed.*,
        case
            when timed.stopped_at <= timed.due_at then 'met'
            when timed.stopped_at > timed.due_at then 'missed'
            when timed.due_at < run.window_end then 'overdue'
            when timed.elapsed_seconds >= timed.warning_seconds then 'at_risk'
            else 'open'
        end as state
    from timed
    cross join run
)
select
    run.operational_day,
    run.vendor,
    judged.site,
    judged.queue,
    nullif(judged.policy, 'none') as policy,
    judged.language,
    judged.priority,
    judged.case_id_vendor,
    judged.clock,
    judged.kind,
    judged.started_at,
    judged.stopped_at,
    judged.due_at,
    judged.elapsed_seconds,
    judged.paused_seconds,
    judged.target_seconds,
    judged.state,
    case
        when judged.state = 'met' then judged.stopped_at >= run.window_start
        when judged.state in ('missed', 'overdue') then judged.due_at >= run.window_start
        else false
    end as is_due
from judged
cross join run
