-- The platform's book as this day accounts for it, in the order of the log: without what a
-- neighbouring day borrowed, with what this day borrowed from its neighbours.
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
    is_borrowed
from (
    select
        action.*,
        exists (select 1 from borrowed where borrowed.action_id = action.action_id) as is_borrowed,
        exists (select 1 from lent where lent.action_id = action.action_id) as is_lent,
        action.operational_day = run.operational_day and action.source in ('review', 'automation') as is_own
    from enforcement_action action
    cross join run
) told
where (is_own and not is_lent) or is_borrowed
