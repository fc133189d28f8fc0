-- Spans in which a case was paused, or a reason to defer lasted, by each rule of what begins and ends
-- them.
with toggle as (
    select
        signal.case_id_vendor,
        halt.halt_rule,
        signal.event_at,
        max(halt.halts) as halts,
        max(1 - halt.halts) as releases
    from signal
    join halt_signal halt on halt.signal = signal.signal
    group by signal.case_id_vendor, halt.halt_rule, signal.event_at
),
-- An instant that both pauses and resumes leaves the case as it was: a pause of no length, or one
-- pause that follows another at once.
change as (
    select case_id_vendor, halt_rule, event_at, halts from toggle where halts <> releases
),
ended as (
    select
        halted.case_id_vendor,
        halted.halt_rule,
        halted.event_at as halted_at,
        -- A pause that nobody ended lasts to the day's end.
        coalesce(min(released.event_at), run.window_end) as released_at
    from change halted
    cross join run
    left join change released
        on released.case_id_vendor = halted.case_id_vendor
        and released.halt_rule = halted.halt_rule
        and released.halts = 0
        and released.event_at > halted.event_at
    where halted.halts = 1
    group by halted.case_id_vendor, halted.halt_rule, halted.event_at, run.window_end
)
-- Pausing what is paused changes nothing: the first of them counts.
select case_id_vendor, halt_rule, min(halted_at) as halted_at, released_at
from ended
group by case_id_vendor, halt_rule, released_at
