-- Every pair with both its halves: plain keys first, by far the most, then the chosen ones.
select vendor_side.*, internal_side.*, 'exact_key' as pairing
from vendor_side
join internal_side on internal_side.internal_key = vendor_side.vendor_key
where not exists (select 1 from crowded_key where crowded_key.record_key = vendor_side.vendor_key)
union all
select vendor_side.*, internal_side.*, chosen_pair.pairing
from chosen_pair
join vendor_side on vendor_side.vendor_id = chosen_pair.vendor_id
join internal_side on internal_side.internal_id = chosen_pair.internal_id
