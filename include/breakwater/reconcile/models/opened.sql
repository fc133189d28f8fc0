-- Left-over records with everything by which a rule may tell them apart.
select
    record.side, record.record_id, record.lead_id, record.item_id, record.decided_at,
    event.record_key, event.agent, event.decision
from left_over record
join case_event event on event.event_id = record.record_id
where record.side = 'vendor' and not record.is_surplus
union all
select
    record.side, record.record_id, record.lead_id, record.item_id, record.decided_at,
    action.record_key, action.agent, action.decision
from left_over record
join {log} action on action.action_id = record.record_id
where record.side = 'internal' and not record.is_surplus
