-- Keys that neighbours claim and this day's book has itself.
select distinct record_key
from vendor_record
where record_key in (select record_key from asked_key)
