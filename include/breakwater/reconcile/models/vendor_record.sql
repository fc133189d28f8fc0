-- The vendor's book of the day: events of the types that the contract names, each of them once.
select
    event_id as record_id,
    record_key,
    item_id,
    site,
    queue,
    policy,
    language,
    decision,
    event_at as decided_at,
    -- A decision without one of our codes is a code nobody mapped; an event that decides nothing is not.
    decision is null and (event_type = 'decided' or decision_code_vendor is not null) as is_unknown
from case_event
where event_type in (select event_type from book_event_type)
