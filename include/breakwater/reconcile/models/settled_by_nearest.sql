-- What all rounds of a rule settled, and what else each record could have been.
select
    settled.side,
    settled.record_id,
    settled.counterpart_id,
    case when settled.counterpart_id is null then 'equally_near' else 'pair' end as reason,
    '{rule}' as rule,
    coalesce(
        case when settled.side = 'vendor' then around.internal_count else around.vendor_count end, 1
    ) - case when settled.counterpart_id is null then 0 else 1 end as alternatives,
    cast(null as text) as match_group
from {rounds} settled
left join {in_reach} around
    on around.group_key = settled.group_key and around.moment = settled.decided_at
