-- Pairs of an item over midnight, as far as both halves are there and no key has paired them.
with pair as (
    select midnight_pair.record_id, midnight_pair.action_id, midnight_pair.rule
    from midnight_pair
    join left_over record
        on record.side = 'vendor' and record.record_id = midnight_pair.record_id
        and not record.is_surplus
    join left_over action
        on action.side = 'internal' and action.record_id = midnight_pair.action_id
        and not action.is_surplus
)
select 'vendor' as side, record_id, action_id as counterpart_id, 'pair' as reason, rule,
    cast(0 as bigint) as alternatives, cast(null as text) as match_group
from pair
union all
select 'internal' as side, action_id as record_id, record_id as counterpart_id, 'pair' as reason, rule,
    cast(0 as bigint) as alternatives, cast(null as text) as match_group
from pair
