-- Records that nothing paired, with what an id could have been mistyped in.
select unpaired.side, unpaired.record_id, event.record_key, event.item_id, event.event_at as decided_at
from unpaired
join case_event event on event.event_id = unpaired.record_id
where unpaired.side = 'vendor' and unpaired.rule <> 'surplus_of_key'
union all
select unpaired.side, unpaired.record_id, action.record_key, action.item_id, action.decided_at
from unpaired
join {log} action on action.action_id = unpaired.record_id
where unpaired.side = 'internal' and unpaired.rule <> 'surplus_of_key'
