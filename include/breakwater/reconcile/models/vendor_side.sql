-- The vendor's half of a pair.
select
    record_id as vendor_id,
    record_key as vendor_key,
    item_id as vendor_item,
    site as vendor_site,
    queue as vendor_queue,
    policy as vendor_policy,
    language as vendor_language,
    decision as vendor_decision,
    decided_at as vendor_at,
    is_unknown
from {records}
