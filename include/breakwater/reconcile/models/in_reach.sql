-- How many records of either book lie within the window around each moment of a group. Where a group
-- has one of each there is nothing to count.
select
    group_key,
    moment,
    cast(sum(vendor_count) over near as bigint) as vendor_count,
    cast(sum(internal_count) over near as bigint) as internal_count
from {moments}
where group_key in (select group_key from {candidate} group by group_key having count(*) > 2)
window near as (
    partition by group_key order by moment range between {window} preceding and {window} following
)
