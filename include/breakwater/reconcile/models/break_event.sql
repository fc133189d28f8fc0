-- The vendor's records that are in breaks, as they were read: where, how long they took, and the code
-- as the vendor wrote it.
select event_id, source_sha256, source_row, handle_seconds, decision_code_vendor
from case_event
where event_id in (select record_id from written_break where side = 'vendor')
