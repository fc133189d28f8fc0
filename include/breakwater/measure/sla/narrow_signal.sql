-- Events that meet a condition of more than their type, by the condition's name.
select distinct told.case_id_vendor, condition.signal, told.event_at
from told
join clock_condition condition on condition.event_type = told.event_type
cross join run
where told.event_at < run.window_end
    and (condition.reason is null or condition.reason = told.reason)
    -- An actor that nobody named is a person, as in the vendor's contract.
    and (condition.actor is null or condition.actor = coalesce(told.actor_type, 'human'))
    and (condition.decision is null or condition.decision = told.decision)
    and (condition.site is null or condition.site = told.site)
    and (condition.queue is null or condition.queue = told.queue)
    and (condition.policy is null or condition.policy = told.policy)
    and (condition.language is null or condition.language = told.language)
    and (condition.priority is null or condition.priority = told.priority)
    and (condition.market is null or condition.market = told.market)
