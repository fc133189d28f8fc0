-- How many codes nobody mapped; the codes themselves are the vendor's text and stay where they are.
select cast(count(distinct decision_code_vendor) as bigint) as code_count
from break_event
where event_id in (
    select record_id from written_break where side = 'vendor' and outcome = 'unknown_code'
)
