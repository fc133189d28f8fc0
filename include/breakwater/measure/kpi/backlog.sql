-- Undecided cases at the day's end: backlog, backlog_age, backlog_past_due, backlog_oldest.
with past_due as (
    select distinct case_id_vendor
    from clock_run
    where kind = 'contract' and state = 'overdue'
),
backlog as (
    select
        case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority,
        cast(sum(case_day.is_open) as double precision) as undecided,
        cast(sum(case_day.is_open * (run.window_end - case_day.received_at)) as double precision)
            as age_seconds,
        cast(max(
            case when case_day.is_open = 1 then run.window_end - case_day.received_at end
        ) as double precision) as oldest_seconds,
        cast(sum(
            case when past_due.case_id_vendor is not null then case_day.is_open else 0 end
        ) as double precision) as past_due
    from case_day
    cross join run
    left join past_due on past_due.case_id_vendor = case_day.case_id_vendor
    group by
        case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority
)
select site, queue, policy, language, priority, 'backlog' as metric,
    undecided as numerator, cast(null as double precision) as denominator
from backlog
union all
select site, queue, policy, language, priority, 'backlog_age', age_seconds, undecided
from backlog where undecided > 0
union all
select site, queue, policy, language, priority, 'backlog_oldest', oldest_seconds,
    cast(null as double precision)
from backlog where undecided > 0
union all
select site, queue, policy, language, priority, 'backlog_past_due', past_due, undecided
from backlog where undecided > 0
