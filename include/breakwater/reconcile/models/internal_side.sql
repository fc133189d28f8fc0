-- The platform's half of a pair.
select
    record_id as internal_id,
    record_key as internal_key,
    item_id as internal_item,
    site as internal_site,
    queue as internal_queue,
    policy as internal_policy,
    language as internal_language,
    decision as internal_decision,
    decided_at as internal_at,
    enforced_at,
    status,
    is_borrowed
from {records}
