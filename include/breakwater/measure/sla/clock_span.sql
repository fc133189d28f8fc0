-- From start to end, or to the day's end while nothing ended the clock, with the readings of its
-- calendar at both ends and at the instant it aims at, if it does. On 24×7 the reading is the instant
-- itself.
with bounded as (
    select start.*, coalesce(start.ended_at, run.window_end) as until_at
    from clock_start start
    cross join run
),
timed as (
    select
        bounded.*,
        case
            when bounded.calendar_id = '24x7' then bounded.started_at
            else opening.cum_s + opening.rate * (bounded.started_at - opening.seg_start)
        end as business_start,
        case
            when bounded.calendar_id = '24x7' then bounded.until_at
            else closing.cum_s + closing.rate * (bounded.until_at - closing.seg_start)
        end as business_end
    from bounded
    left join calendar opening
        on opening.calendar_id = bounded.calendar_id
        and opening.utc_hour = bounded.started_at - mod(bounded.started_at, 3600)
        and bounded.started_at >= opening.seg_start
        and bounded.started_at < opening.seg_end
    left join calendar closing
        on closing.calendar_id = bounded.calendar_id
        and closing.utc_hour = bounded.until_at - mod(bounded.until_at, 3600)
        and bounded.until_at >= closing.seg_start
        and bounded.until_at < closing.seg_end
)
select
    timed.case_id_vendor,
    timed.entry,
    timed.cycle,
    timed.triggered_at,
    timed.started_at,
    timed.ended_at,
    timed.ended_by,
    timed.until_at,
    timed.deferred_at,
    timed.pause_rule,
    timed.calendar_id,
    timed.stays_s,
    timed.reversed_rate,
    timed.target,
    timed.aimed_at,
    case
        when timed.aimed_at is null then timed.target_seconds
        when timed.calendar_id = '24x7' then timed.aimed_at - timed.started_at
        else aim.cum_s + aim.rate * (timed.aimed_at - aim.seg_start) - timed.business_start
    end as target_seconds,
    timed.business_start,
    timed.business_end
from timed
left join calendar aim
    on aim.calendar_id = timed.calendar_id
    and aim.utc_hour = timed.aimed_at - mod(timed.aimed_at, 3600)
    and timed.aimed_at >= aim.seg_start
    and timed.aimed_at < aim.seg_end
