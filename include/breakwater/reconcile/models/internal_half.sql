-- What is asked for by a vendor record: an action by its key where the key names one record in each
-- book, and otherwise what was chosen for the record, by its id.
select
    internal_key as asked,
    false as is_odd,
    internal_side.*,
    cast(null as text) as pairing,
    cast(0 as bigint) as alternatives,
    cast(null as text) as match_group,
    cast(null as text) as lone_rule
from internal_side
cross join run
where run.key_rule is not null
    and not exists (select 1 from odd_key where odd_key.record_key = internal_side.internal_key)
union all
select
    odd_id as asked,
    true as is_odd,
    internal_id,
    internal_key,
    internal_item,
    internal_site,
    internal_queue,
    internal_policy,
    internal_language,
    internal_decision,
    internal_at,
    enforced_at,
    status,
    is_borrowed,
    pairing,
    alternatives,
    match_group,
    lone_rule
from odd_vendor_pair
where internal_id is not null or lone_rule is not null
