-- Claimed keys that the vendor's book of the claimed actions' days has itself.
select distinct operational_day, record_key
from neighbour_event
where event_type in (select event_type from book_event_type)
    and record_key in (select record_key from claim)
