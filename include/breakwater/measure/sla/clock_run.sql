-- Every clock on every case, as known at the day's end. See clocks.py for what is due on which day.
with pressing as (
    select
        judged.case_id_vendor,
        judged.clock,
        -- What can still be kept comes before what cannot; then what is due sooner; then the law
        -- before a contract, and that before what we ask of ourselves.
        4 * (judged.due_at + case when judged.state = 'overdue' then 1099511627776 else 0 end)
            + case judged.kind when 'statutory' then 0 when 'contract' then 1 else 2 end as urgency
    from clock_all judged
    where judged.state in ('open', 'at_risk', 'overdue')
),
most_urgent as (
    select case_id_vendor, min(urgency) as urgency from pressing group by case_id_vendor
),
tightest as (
    select pressing.case_id_vendor, pressing.urgency, min(pressing.clock) as clock
    from pressing
    join most_urgent
        on most_urgent.case_id_vendor = pressing.case_id_vendor
        and most_urgent.urgency = pressing.urgency
    group by pressing.case_id_vendor, pressing.urgency
)
select
    run.operational_day,
    run.vendor,
    slice.site,
    slice.queue,
    nullif(slice.policy, 'none') as policy,
    slice.language,
    slice.priority,
    nullif(slice.market, 'none') as market,
    judged.case_id_vendor,
    judged.clock,
    judged.kind,
    judged.cycle,
    judged.triggered_at,
    judged.started_at,
    judged.stopped_at,
    judged.ended_by,
    judged.due_at,
    judged.elapsed_seconds,
    judged.paused_seconds,
    judged.target_seconds,
    judged.warning_share,
    judged.state,
    case
        -- A stop before the start counts when there is something that it stops.
        when judged.state = 'met'
            then greatest(judged.stopped_at, judged.triggered_at) >= run.window_start
        -- A clock that was started in retrospect may have run out before anybody knew of it.
        when judged.state in ('missed', 'overdue')
            then greatest(judged.due_at, judged.triggered_at) >= run.window_start
        else false
    end as is_due,
    case
        when judged.state in ('open', 'at_risk', 'overdue') then tightest.clock is not null
        else false
    end as is_tightest
from clock_all judged
cross join run
join clock_place place on place.case_id_vendor = judged.case_id_vendor
join clock_slice slice on slice.slice_id = place.slice_id
left join tightest
    on tightest.case_id_vendor = judged.case_id_vendor
    and tightest.clock = judged.clock
    and tightest.urgency = 4 * (
        judged.due_at + case when judged.state = 'overdue' then 1099511627776 else 0 end
    ) + case judged.kind when 'statutory' then 0 when 'contract' then 1 else 2 end
