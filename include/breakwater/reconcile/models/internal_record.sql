-- The platform's book as this day accounts for it: without what a neighbouring day borrowed, with
-- what this day borrowed from its neighbours.
select
    action_id as record_id,
    record_key,
    item_id,
    site,
    queue,
    policy,
    language,
    decision,
    decided_at,
    enforced_at,
    status,
    false as is_borrowed
from own_action
where not exists (select 1 from lent where lent.action_id = own_action.action_id)
union all
select
    action_id, record_key, item_id, site, queue, policy, language, decision, decided_at,
    enforced_at, status, true as is_borrowed
from enforcement_action action
where exists (select 1 from borrowed where borrowed.action_id = action.action_id)
