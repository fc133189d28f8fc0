select 'vendor' as side, record_id, record_key, item_id, decided_at
from odd_vendor_record
where record_key in (select record_key from crowded_key)
union all
select 'internal' as side, record_id, record_key, item_id, decided_at
from odd_internal_record
where record_key in (select record_key from crowded_key)
