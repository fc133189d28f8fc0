-- From start to stop, or to the day's end while nothing stopped the clock, with the readings of its
-- calendar at both ends. On 24×7 the reading is the instant itself.
with clock_stop as (
    select start.case_id_vendor, start.clock, min(event.event_at) as stopped_at
    from clock_start start
    join event
        on event.case_id_vendor = start.case_id_vendor
        and (
            event.event_type = start.stops_on
            or (start.decision_stops and event.event_type = 'decided')
        )
        and event.event_at >= start.started_at
    group by start.case_id_vendor, start.clock
),
bounded as (
    select
        start.*,
        clock_stop.stopped_at,
        coalesce(clock_stop.stopped_at, run.window_end) as ended_at
    from clock_start start
    cross join run
    left join clock_stop
        on clock_stop.case_id_vendor = start.case_id_vendor
        and clock_stop.clock = start.clock
)
select
    bounded.*,
    case
        when bounded.calendar_id = '24x7' then bounded.started_at
        else opening.cum_s + opening.rate * (bounded.started_at - opening.seg_start)
    end as business_start,
    case
        when bounded.calendar_id = '24x7' then bounded.ended_at
        else closing.cum_s + closing.rate * (bounded.ended_at - closing.seg_start)
    end as business_end
from bounded
left join calendar opening
    on opening.calendar_id = bounded.calendar_id
    and opening.utc_hour = bounded.started_at - mod(bounded.started_at, 3600)
    and bounded.started_at >= opening.seg_start
    and bounded.started_at < opening.seg_end
left join calendar closing
    on closing.calendar_id = bounded.calendar_id
    and closing.utc_hour = bounded.ended_at - mod(bounded.ended_at, 3600)
    and bounded.ended_at >= closing.seg_start
    and bounded.ended_at < closing.seg_end
