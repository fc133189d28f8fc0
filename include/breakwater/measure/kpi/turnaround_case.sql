-- Cases that people solved, with the time from receipt to the final decision: by the calendar on the
-- wall, and in hours in which the case's site is open. The second is null where its calendar never
-- opens.
select
    case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority,
    case_day.last_decided_at - case_day.received_at as seconds,
    closing.cum_s + closing.rate * (case_day.last_decided_at - closing.seg_start)
        - opening.cum_s - opening.rate * (case_day.received_at - opening.seg_start)
        as business_seconds
from case_day
left join slice_calendar
    on slice_calendar.site = case_day.site
    and slice_calendar.queue = case_day.queue
    and slice_calendar.policy = case_day.policy
    and slice_calendar.language = case_day.language
    and slice_calendar.priority = case_day.priority
    and slice_calendar.market = case_day.market
left join site_hour opening
    on opening.calendar_id = slice_calendar.calendar_id
    and opening.utc_hour = case_day.received_at - mod(case_day.received_at, 3600)
    and case_day.received_at >= opening.seg_start
    and case_day.received_at < opening.seg_end
left join site_hour closing
    on closing.calendar_id = slice_calendar.calendar_id
    and closing.utc_hour = case_day.last_decided_at - mod(case_day.last_decided_at, 3600)
    and case_day.last_decided_at >= closing.seg_start
    and case_day.last_decided_at < closing.seg_end
where case_day.is_solved = 1 and case_day.is_manual = 1
