-- When the time of each cycle begins to count, and the target that was in force at its trigger. A
-- cycle whose start was deferred has several beginnings: the trigger, and the end of each reason to
-- defer. Which of them counts is known when each one's due instant is, see clock_judged.sql.
with counted as (
    select cycle.case_id_vendor, cycle.entry, cycle.cycle, max(signal.event_at) as counted_from
    from clock_cycle cycle
    join clock_signal counts on counts.entry = cycle.entry and counts.role = 'counts_from'
    join signal
        on signal.case_id_vendor = cycle.case_id_vendor
        and signal.signal = counts.signal
        and signal.event_at <= cycle.triggered_at
    group by cycle.case_id_vendor, cycle.entry, cycle.cycle
),
deferral as (
    select
        cycle.case_id_vendor,
        cycle.entry,
        cycle.cycle,
        halt.halted_at,
        least(halt.released_at, coalesce(cycle.ended_at, run.window_end)) as released_at
    from clock_cycle cycle
    cross join run
    join clock_entry entry on entry.entry = cycle.entry
    join clock_halt halt
        on halt.case_id_vendor = cycle.case_id_vendor
        and halt.halt_rule = entry.defer_rule
    where halt.released_at > cycle.triggered_at
        and halt.halted_at < coalesce(cycle.ended_at, run.window_end)
),
beginning as (
    select
        cycle.*,
        coalesce(counted.counted_from, cycle.triggered_at) as started_at,
        cast(-1 as bigint) as released_at
    from clock_cycle cycle
    left join counted
        on counted.case_id_vendor = cycle.case_id_vendor
        and counted.entry = cycle.entry
        and counted.cycle = cycle.cycle
    union all
    select cycle.*, deferral.released_at, deferral.released_at
    from clock_cycle cycle
    join deferral
        on deferral.case_id_vendor = cycle.case_id_vendor
        and deferral.entry = cycle.entry
        and deferral.cycle = cycle.cycle
),
deferred_again as (
    select
        beginning.case_id_vendor, beginning.entry, beginning.cycle, beginning.started_at,
        beginning.released_at, min(deferral.halted_at) as deferred_at
    from beginning
    join deferral
        on deferral.case_id_vendor = beginning.case_id_vendor
        and deferral.entry = beginning.entry
        and deferral.cycle = beginning.cycle
        and deferral.halted_at >= beginning.released_at
    group by
        beginning.case_id_vendor, beginning.entry, beginning.cycle, beginning.started_at,
        beginning.released_at
),
-- A stop that came before the start, where that ends a clock: the first of all counts, so that no later
-- one changes what a day said.
early as (
    select cycle.case_id_vendor, cycle.entry, min(signal.event_at) as stopped_at
    from clock_cycle cycle
    join clock_entry entry on entry.entry = cycle.entry
    join clock_signal stops on stops.entry = cycle.entry and stops.role = 'stop'
    join signal
        on signal.case_id_vendor = cycle.case_id_vendor
        and signal.signal = stops.signal
        and signal.event_at < cycle.triggered_at
    where not entry.every_cycle and not entry.resets
        and cycle.entry in (select entry from clock_target where reversed_rate is not null)
    group by cycle.case_id_vendor, cycle.entry
),
-- What the vendor's own system promised; a promise that passed while the cycle ran is not moved.
promise as (
    select
        cycle.case_id_vendor,
        cycle.entry,
        cycle.cycle,
        coalesce(
            min(case when promised.passed_by > cycle.triggered_at then promised.due_at end),
            max(promised.due_at)
        ) as due_at
    from clock_cycle cycle
    join clock_entry entry on entry.entry = cycle.entry
    join clock_promise promised on promised.case_id_vendor = cycle.case_id_vendor
    where entry.due_is_reported
    group by cycle.case_id_vendor, cycle.entry, cycle.cycle
)
select
    beginning.case_id_vendor,
    beginning.entry,
    beginning.cycle,
    beginning.triggered_at,
    beginning.started_at,
    case
        when target.reversed_rate is not null and early.stopped_at is not null then early.stopped_at
        else beginning.ended_at
    end as ended_at,
    case
        when target.reversed_rate is not null and early.stopped_at is not null then 'stop'
        else beginning.ended_by
    end as ended_by,
    deferred_again.deferred_at,
    entry.pause_rule,
    target.calendar_id,
    target.stays_s,
    target.reversed_rate,
    target.target,
    target.target_seconds,
    -- Where the target is an instant instead of a length.
    case
        when entry.due_is_reported then promise.due_at
        else dated.due_s + dated.rate * (beginning.started_at - dated.seg_start)
    end as aimed_at
from beginning
join clock_entry entry on entry.entry = beginning.entry
join clock_target target
    on target.slice_id = beginning.slice_id
    and target.entry = beginning.entry
    and beginning.triggered_at >= target.effective_start
    and beginning.triggered_at < target.effective_end
left join deferred_again
    on deferred_again.case_id_vendor = beginning.case_id_vendor
    and deferred_again.entry = beginning.entry
    and deferred_again.cycle = beginning.cycle
    and deferred_again.started_at = beginning.started_at
    and deferred_again.released_at = beginning.released_at
left join early
    on early.case_id_vendor = beginning.case_id_vendor
    and early.entry = beginning.entry
left join promise
    on promise.case_id_vendor = beginning.case_id_vendor
    and promise.entry = beginning.entry
    and promise.cycle = beginning.cycle
left join clock_dated dated
    on dated.dated = target.dated
    and dated.utc_hour = beginning.started_at - mod(beginning.started_at, 3600)
    and beginning.started_at >= dated.seg_start
    and beginning.started_at < dated.seg_end
where not entry.due_is_reported or promise.due_at is not null
