-- Pauses inside each clock's span, in business seconds, with what was paused before each of them.
with clipped as (
    select
        span.case_id_vendor,
        span.entry,
        span.cycle,
        span.started_at,
        span.calendar_id,
        greatest(halt.halted_at, span.started_at) as paused_at,
        least(halt.released_at, span.until_at) as resumed_at
    from clock_span span
    join clock_halt halt
        on halt.case_id_vendor = span.case_id_vendor
        and halt.halt_rule = span.pause_rule
    where halt.halted_at < span.until_at
        and halt.released_at > span.started_at
        and span.until_at > span.started_at
),
read as (
    select
        clipped.case_id_vendor,
        clipped.entry,
        clipped.cycle,
        clipped.started_at,
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
    entry,
    cycle,
    started_at,
    business_from,
    business_to - business_from as paused_seconds,
    cast(sum(business_to - business_from) over (
        partition by case_id_vendor, entry, cycle, started_at
        order by paused_at
        rows between unbounded preceding and current row
    ) as bigint) - (business_to - business_from) as paused_before
from read
