-- The lives of a clock on a case: from a start to the first stop or cancellation at or after it, cut
-- where a reset begins it anew.
with ending as (
    select
        start.case_id_vendor,
        start.entry,
        start.triggered_at,
        min(case when ends.role = 'stop' then signal.event_at end) as stopped_at,
        min(case when ends.role = 'cancel' then signal.event_at end) as cancelled_at
    from clock_trigger start
    join clock_signal ends on ends.entry = start.entry and ends.role in ('stop', 'cancel')
    join signal
        on signal.case_id_vendor = start.case_id_vendor
        and signal.signal = ends.signal
        and signal.event_at >= start.triggered_at + ends.delay_s
    group by start.case_id_vendor, start.entry, start.triggered_at
),
bounded as (
    select
        start.*,
        entry.every_cycle,
        entry.resets,
        case
            when ending.cancelled_at <= coalesce(ending.stopped_at, ending.cancelled_at)
                then ending.cancelled_at
            else ending.stopped_at
        end as ended_at,
        case
            when ending.cancelled_at <= coalesce(ending.stopped_at, ending.cancelled_at)
                then 'cancel'
            when ending.stopped_at is not null then 'stop'
        end as ended_by
    from clock_trigger start
    join clock_entry entry on entry.entry = start.entry
    left join ending
        on ending.case_id_vendor = start.case_id_vendor
        and ending.entry = start.entry
        and ending.triggered_at = start.triggered_at
),
-- Starts that wait for the same end are one cycle: what runs is not started again.
several as (
    select
        case_id_vendor, slice_id, entry, min(triggered_at) as triggered_at, ended_at, ended_by, resets
    from bounded
    where every_cycle or resets
    group by case_id_vendor, slice_id, entry, ended_at, ended_by, resets
),
reset as (
    select several.case_id_vendor, several.entry, several.triggered_at as began_at, signal.event_at
    from several
    join clock_signal resets on resets.entry = several.entry and resets.role = 'reset'
    join signal
        on signal.case_id_vendor = several.case_id_vendor
        and signal.signal = resets.signal
        and signal.event_at > several.triggered_at
        and (several.ended_at is null or signal.event_at < several.ended_at)
    where several.resets
    group by several.case_id_vendor, several.entry, several.triggered_at, signal.event_at
),
beginning as (
    select several.*, several.triggered_at as began_at from several
    union all
    select
        several.case_id_vendor, several.slice_id, several.entry, reset.event_at,
        several.ended_at, several.ended_by, several.resets, several.triggered_at
    from several
    join reset
        on reset.case_id_vendor = several.case_id_vendor
        and reset.entry = several.entry
        and reset.began_at = several.triggered_at
),
cut as (
    select
        beginning.case_id_vendor, beginning.slice_id, beginning.entry, beginning.triggered_at,
        beginning.ended_at, beginning.ended_by, min(reset.event_at) as reset_at
    from beginning
    left join reset
        on reset.case_id_vendor = beginning.case_id_vendor
        and reset.entry = beginning.entry
        and reset.began_at = beginning.began_at
        and reset.event_at > beginning.triggered_at
    group by
        beginning.case_id_vendor, beginning.slice_id, beginning.entry, beginning.triggered_at,
        beginning.ended_at, beginning.ended_by
)
select
    case_id_vendor, slice_id, entry,
    cast(1 as bigint) as cycle,
    triggered_at, ended_at, ended_by
from bounded
where not every_cycle and not resets
union all
select
    case_id_vendor, slice_id, entry,
    cast(row_number() over (partition by case_id_vendor, entry order by triggered_at) as bigint),
    triggered_at,
    coalesce(reset_at, ended_at),
    case when reset_at is not null then 'reset' else ended_by end
from cut
