-- How each cycle stands at the day's end. A clock that ran out stays run out, whatever stops, cancels,
-- resets or defers it afterwards.
with ran as (
    select
        due.*,
        case
            when due.until_at < due.started_at
                then due.reversed_rate * (due.business_end - due.business_start)
            else due.business_end - due.business_start - due.paused_seconds
        end as elapsed_seconds
    from clock_due due
    -- A beginning that ran out before the next reason to defer is where the time counts from; the
    -- last one has no next.
    where due.deferred_at is null or due.due_at < due.deferred_at
),
counted as (
    select case_id_vendor, entry, cycle, min(started_at) as started_at
    from ran
    group by case_id_vendor, entry, cycle
),
crowded as (
    select case_id_vendor, entry, cycle
    from ran
    group by case_id_vendor, entry, cycle
    having count(*) > 1
),
chosen as (
    select ran.*
    from ran
    left join crowded
        on crowded.case_id_vendor = ran.case_id_vendor
        and crowded.entry = ran.entry
        and crowded.cycle = ran.cycle
    left join counted
        on counted.case_id_vendor = crowded.case_id_vendor
        and counted.entry = crowded.entry
        and counted.cycle = crowded.cycle
    where crowded.case_id_vendor is null or ran.started_at = counted.started_at
),
judged as (
    select
        chosen.*,
        case
            when chosen.ended_at > chosen.due_at then 'missed'
            when chosen.ended_by = 'stop' then 'met'
            when chosen.ended_at is not null then 'cancelled'
            when chosen.due_at < run.window_end then 'overdue'
            else 'open'
        end as outcome
    from chosen
    cross join run
),
-- Of the warnings of an open clock, the last that was reached.
warned as (
    select
        judged.case_id_vendor,
        judged.entry,
        judged.cycle,
        max(warning.warning_share) as warning_share
    from judged
    join clock_warning warning on warning.target = judged.target
    where judged.outcome = 'open'
        and judged.elapsed_seconds >= coalesce(
            warning.warning_seconds,
            cast(floor(judged.target_seconds * warning.warning_millionths / 1000000.0) as bigint)
        )
    group by judged.case_id_vendor, judged.entry, judged.cycle
)
select
    judged.case_id_vendor,
    judged.entry,
    entry.clock,
    entry.kind,
    judged.cycle,
    judged.triggered_at,
    judged.started_at,
    judged.ended_at as stopped_at,
    judged.ended_by,
    judged.due_at,
    judged.elapsed_seconds,
    judged.paused_seconds,
    judged.target_seconds,
    warned.warning_share,
    case
        when judged.outcome = 'open' and warned.warning_share is not null then 'at_risk'
        else judged.outcome
    end as state
from judged
join clock_entry entry on entry.entry = judged.entry
left join warned
    on warned.case_id_vendor = judged.case_id_vendor
    and warned.entry = judged.entry
    and warned.cycle = judged.cycle
