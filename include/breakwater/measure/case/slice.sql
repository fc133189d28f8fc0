-- Every slice that occurs, with the instant before which no calendar is needed.
select
    case_slice.site,
    case_slice.queue,
    case_slice.policy,
    case_slice.language,
    case_slice.priority,
    case_slice.market,
    min(event.event_at) as first_at
from case_slice
join event on event.case_id_vendor = case_slice.case_id_vendor
group by
    case_slice.site, case_slice.queue, case_slice.policy, case_slice.language, case_slice.priority,
    case_slice.market
