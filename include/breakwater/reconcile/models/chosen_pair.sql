-- Pairs that took a choice: one of several records with the same key, or the nearest of an item.
select vendor_id, internal_id, 'exact_key' as pairing
from crowded_pair
union all
select record_id as vendor_id, internal_id, 'item_nearest' as pairing
from settled
where side = 'vendor' and internal_id is not null
