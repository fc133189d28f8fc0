-- Where the records of groups of one and many ended: all of a group alike, by the gravest of its
-- pairs.
with gravest as (
    select judged.match_group, min(outcome_order.place) as place
    from judged_star judged
    join outcome_order on outcome_order.outcome = judged.outcome
    group by judged.match_group
)
select
    run.operational_day,
    run.vendor,
    case when half.side = 'vendor' then vendor_site else internal_site end as site,
    case when half.side = 'vendor' then vendor_queue else internal_queue end as queue,
    case when half.side = 'vendor' then vendor_policy else internal_policy end as policy,
    case when half.side = 'vendor' then vendor_language else internal_language end as language,
    half.side,
    case when half.side = 'vendor' then vendor_id else internal_id end as record_id,
    case when half.side = 'vendor' then vendor_key else internal_key end as record_key,
    case when half.side = 'vendor' then vendor_item else internal_item end as item_id,
    outcome_order.outcome,
    judged.rule,
    case when half.side = 'vendor' then internal_id else vendor_id end as counterpart_id,
    case when half.side = 'vendor' then vendor_decision else internal_decision end as decision,
    case when half.side = 'vendor' then vendor_at else internal_at end as decided_at,
    judged.drift_seconds,
    judged.enforcement_seconds,
    judged.differences,
    judged.direction,
    cast(0 as bigint) as alternatives,
    judged.match_group
from judged_star judged
join gravest on gravest.match_group = judged.match_group
join outcome_order on outcome_order.place = gravest.place
cross join (select 'vendor' as side union all select 'internal' as side) half
cross join run
where (half.side = 'vendor' and judged.tells_vendor)
    or (half.side = 'internal' and judged.tells_internal)
