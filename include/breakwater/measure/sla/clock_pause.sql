-- Pauses inside each clock's span, in business seconds, with what was paused before each of them.
with toggle as (
    select
        case_id_vendor,
        event_at,
        max(case when event_type = 'paused' then 1 else 0 end) as pauses,
        max(case when event_type = 'resumed' then 1 else 0 end) as resumes
    from event
    where event_type in ('paused', 'resumed')
    group by case_id_vendor, event_at
),
-- An instant that both pauses and resumes leaves the case as it was: a pause of no length, or one
-- pause that follows another at once.
change as (
    select case_id_vendor, event_at, pauses from toggle where pauses <> resumes
),
ended as (
    select
        paused.case_id_vendor,
        paused.event_at as paused_at,
        -- A pause that nobody ended lasts to the day's end.
        coalesce(min(resumed.event_at), run.window_end) as resumed_at
    from change paused
    cross join run
    left join change resumed
        on resumed.case_id_vendor = paused.case_id_vendor
        and resumed.pauses = 0
        and resumed.event_at > paused.event_at
    where paused.pauses = 1
    group by paused.case_id_vendor, paused.event_at, run.window_end
),
-- Pausing what is paused changes nothing: the first of them counts.
pause as (
    select case_id_vendor, min(paused_at) as paused_at, resumed_at
    from ended
    group by case_id_vendor, resumed_at
),
clipped as (
    select
        span.case_id_vendor,
        span.clock,
        span.calendar_id,
        greatest(pause.paused_at, span.started_at) as paused_at,
        least(pause.resumed_at, span.ended_at) as resumed_at
    from clock_span span
    join pause on pause.case_id_vendor = span.case_id_vendor
    where span.pauses
        and pause.paused_at < span.ended_at
        and pause.resumed_at > span.started_at
),
read as (
    select
        clipped.case_id_vendor,
        clipped.clock,
        clipped.paused_at,
        case
            when clipped.calendar_id = '24x7' then clipped.paused_at
            else opening.cum_s + opening.rate * (clipped.paused_at - opening.seg_start)
        end as business_from,
        case
            when clipped.calendar_id = '24x7' then clipped.resumed_at
            else closing.cum_s + closing.rate * (clipped.resumed_at - closing.seg_start)
        end as business_to
    from clipped
    left join calendar opening
        on opening.calendar_id = clipped.calendar_id
        and opening.utc_hour = clipped.paused_at - mod(clipped.paused_at, 3600)
        and clipped.paused_at >= opening.seg_start
        and clipped.paused_at < opening.seg_end
    left join calendar closing
        on closing.calendar_id = clipped.calendar_id
        and closing.utc_hour = clipped.resumed_at - mod(clipped.resumed_at, 3600)
        and clipped.resumed_at >= closing.seg_start
        and clipped.resumed_at < closing.seg_end
)
select
    case_id_vendor,
    clock,
    business_from,
    business_to - business_from as paused_seconds,
    cast(sum(business_to - business_from) over (
        partition by case_id_vendor, clock
        order by paused_at
        rows between unbounded preceding and current row
    ) as bigint) - (business_to - business_from) as paused_before
from read
