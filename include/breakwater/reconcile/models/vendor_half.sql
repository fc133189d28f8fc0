-- What is asked for by a record of the platform's book: a vendor record by its key where the key names
-- one record in each book, and otherwise what was chosen for the record, by its id.
select
    vendor_key as asked,
    false as is_odd,
    vendor_side.*,
    cast(null as text) as pairing,
    cast(0 as bigint) as alternatives,
    cast(null as text) as match_group,
    cast(null as text) as lone_rule
from vendor_side
cross join run
where run.key_rule is not null
    and not exists (select 1 from odd_key where odd_key.record_key = vendor_side.vendor_key)
union all
select
    odd_id as asked,
    true as is_odd,
    vendor_id,
    vendor_key,
    vendor_item,
    vendor_site,
    vendor_queue,
    vendor_policy,
    vendor_language,
    vendor_decision,
    vendor_at,
    is_unknown,
    pairing,
    alternatives,
    match_group,
    lone_rule
from odd_internal_pair
where vendor_id is not null or lone_rule is not null
