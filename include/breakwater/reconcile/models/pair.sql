-- Every pair with both its halves: plain keys first, by far the most, then the chosen ones.
select
    vendor_side.*,
    internal_side.*,
    -- No name: by the key rule, whatever it is called.
    cast(null as text) as pairing,
    cast(0 as bigint) as vendor_alternatives,
    cast(0 as bigint) as internal_alternatives,
    cast(null as text) as match_group
from vendor_side
join internal_side on internal_side.internal_key = vendor_side.vendor_key
where not exists (select 1 from crowded_key where crowded_key.record_key = vendor_side.vendor_key)
union all
select
    vendor_side.*,
    internal_side.*,
    chosen_pair.pairing,
    chosen_pair.vendor_alternatives,
    chosen_pair.internal_alternatives,
    chosen_pair.match_group
from chosen_pair
join vendor_side on vendor_side.vendor_id = chosen_pair.vendor_id
join internal_side on internal_side.internal_id = chosen_pair.internal_id
