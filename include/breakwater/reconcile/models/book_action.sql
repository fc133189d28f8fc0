-- Decisions of the day and of its edges as the platform's log has them, in its order. Appeals change
-- decisions; they are not reviews.
select
    operational_day,
    action_id,
    record_key,
    item_id,
    site,
    queue,
    policy,
    language,
    decision,
    decided_at,
    enforced_at,
    status
from enforcement_action
where source in ('review', 'automation')
