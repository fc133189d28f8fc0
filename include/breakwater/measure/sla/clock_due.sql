-- When each clock's target is used up. A pause pushes that instant on only if it began before it:
-- what happens after a clock has run out cannot make it due again.
with pause_total as (
    select
        span.case_id_vendor,
        span.entry,
        span.cycle,
        span.started_at,
        cast(sum(pause.paused_seconds) as bigint) as paused_seconds,
        cast(sum(
            case
                when pause.business_from - span.business_start - pause.paused_before + span.stays_s
                    <= span.target_seconds
                    then pause.paused_seconds
                else 0
            end
        ) as bigint) as pushed_seconds
    from clock_span span
    join clock_pause pause
        on pause.case_id_vendor = span.case_id_vendor
        and pause.entry = span.entry
        and pause.cycle = span.cycle
        and pause.started_at = span.started_at
    group by span.case_id_vendor, span.entry, span.cycle, span.started_at
),
aimed as (
    select
        span.*,
        coalesce(pause_total.paused_seconds, 0) as paused_seconds,
        -- The last business second of the target (stays_s = 1, its end is the deadline), or the
        -- first one after it (stays_s = 0, its beginning is).
        span.business_start + span.target_seconds + coalesce(pause_total.pushed_seconds, 0)
            - span.stays_s as aim_s
    from clock_span span
    left join pause_total
        on pause_total.case_id_vendor = span.case_id_vendor
        and pause_total.entry = span.entry
        and pause_total.cycle = span.cycle
        and pause_total.started_at = span.started_at
)
select
    aimed.*,
    case
        when aimed.calendar_id = '24x7' then aimed.aim_s + aimed.stays_s
        -- Days in which nobody works end when they end, not at the closing time before they began.
        when aimed.target_seconds <= 0 and aimed.stays_s = 1 then aimed.aimed_at
        else hour.utc_s + (aimed.aim_s - hour.from_s) + aimed.stays_s
    end as due_at
from aimed
left join business_hour hour
    on hour.calendar_id = aimed.calendar_id
    and hour.business_hour = aimed.aim_s - mod(aimed.aim_s, 3600)
    and aimed.aim_s >= hour.from_s
    and aimed.aim_s < hour.to_s
