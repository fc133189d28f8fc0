-- Codes of the vendor's book that the crosswalk does not know on the day, the most frequent first.
-- A decision without any code is one of them.
select
    event.decision_code_vendor,
    cast(count(*) as bigint) as record_count
from vendor_record record
join break_event event on event.event_id = record.record_id
where record.is_unknown
group by event.decision_code_vendor
order by count(*) desc, coalesce(event.decision_code_vendor, '')
limit {most}
