-- Starts of each clock on each case: the first one, or all of them where every cycle counts.
with first_signal as (
    select case_id_vendor, signal, min(event_at) as event_at
    from signal
    where signal in (select signal from clock_signal where role = 'start')
    group by case_id_vendor, signal
)
select
    place.case_id_vendor,
    place.slice_id,
    runs.entry,
    min(first_signal.event_at) as triggered_at
from clock_place place
join clock_on_slice runs on runs.slice_id = place.slice_id and runs.step = 1
join clock_signal starts on starts.entry = runs.entry and starts.role = 'start'
join first_signal
    on first_signal.case_id_vendor = place.case_id_vendor
    and first_signal.signal = starts.signal
where not runs.every_cycle
group by place.case_id_vendor, place.slice_id, runs.entry
union all
select place.case_id_vendor, place.slice_id, runs.entry, signal.event_at
from clock_place place
join clock_on_slice runs on runs.slice_id = place.slice_id and runs.step = 1
join clock_signal starts on starts.entry = runs.entry and starts.role = 'start'
join signal
    on signal.case_id_vendor = place.case_id_vendor
    and signal.signal = starts.signal
where runs.every_cycle
group by place.case_id_vendor, place.slice_id, runs.entry, signal.event_at
