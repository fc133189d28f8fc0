-- How many records of either book have a crowded key.
select
    group_key as record_key,
    cast(sum(vendor_count) as bigint) as vendor_count,
    cast(sum(internal_count) as bigint) as internal_count
from crowded_moment
group by group_key
