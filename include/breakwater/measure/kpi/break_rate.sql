-- Records of the vendor's book that ended in a break. The record's event knows its priority; a late
-- export may repeat an event, with its id.
with known as (
    select distinct event_id, priority
    from case_event
    where event_type in (select event_type from book_event_type)
)
select
    outcome.site, outcome.queue, coalesce(outcome.policy, 'none') as policy, outcome.language,
    coalesce(known.priority, 'none') as priority,
    'break_rate' as metric,
    cast(sum(case
        when outcome.outcome in ('matched', 'matched_within_tolerance') then 0 else 1
    end) as double precision) as numerator,
    cast(count(*) as double precision) as denominator
from recon_outcome outcome
left join known on known.event_id = outcome.record_id
where outcome.side = 'vendor'
group by
    outcome.site, outcome.queue, coalesce(outcome.policy, 'none'), outcome.language,
    coalesce(known.priority, 'none')
