-- Where the vendor's records that are in breaks were read, and how long they took.
select event_id as record_id, source_sha256, source_row, handle_seconds
from break_event
