-- What happened to the few cases that were ever taken up again; staged apart, so that no engine joins the
-- hours of the day with every event.
select event.case_id_vendor, event.event_type, event.event_at
from event
join case_day on case_day.case_id_vendor = event.case_id_vendor
where case_day.last_reopened_at is not null
    and event.event_type in ('received', 'decided', 'reopened')
