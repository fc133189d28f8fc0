-- Where every record of both books ended: one row each, so two for a pair.
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
    judged_pair.outcome,
    judged_pair.rule,
    case when half.side = 'vendor' then internal_id else vendor_id end as counterpart_id,
    case when half.side = 'vendor' then vendor_decision else internal_decision end as decision,
    case when half.side = 'vendor' then vendor_at else internal_at end as decided_at,
    judged_pair.drift_seconds,
    judged_pair.enforcement_seconds,
    judged_pair.differences,
    judged_pair.direction,
    case when half.side = 'vendor' then vendor_alternatives else internal_alternatives end as alternatives,
    judged_pair.match_group
from judged_pair
cross join (select 'vendor' as side union all select 'internal' as side) half
cross join run
union all
select
    run.operational_day,
    run.vendor,
    record.site,
    record.queue,
    record.policy,
    record.language,
    unpaired.side,
    record.record_id,
    record.record_key,
    record.item_id,
    case
        when record.is_unknown then 'unknown_code'
        when unpaired.rule = 'surplus_of_key' then 'duplicate_vendor'
        when unpaired.rule = 'equally_near' then 'ambiguous'
        else 'missing_internal'
    end as outcome,
    unpaired.rule,
    cast(null as text) as counterpart_id,
    record.decision,
    record.decided_at,
    cast(null as bigint) as drift_seconds,
    cast(null as bigint) as enforcement_seconds,
    cast(null as text) as differences,
    cast(null as text) as direction,
    unpaired.alternatives,
    cast(null as text) as match_group
from unpaired
join vendor_record record on record.record_id = unpaired.record_id
cross join run
where unpaired.side = 'vendor'
union all
select
    run.operational_day,
    run.vendor,
    record.site,
    record.queue,
    record.policy,
    record.language,
    unpaired.side,
    record.record_id,
    record.record_key,
    record.item_id,
    case
        when unpaired.rule = 'surplus_of_key' then 'duplicate_internal'
        when unpaired.rule = 'equally_near' then 'ambiguous'
        else 'missing_vendor'
    end as outcome,
    unpaired.rule,
    cast(null as text) as counterpart_id,
    record.decision,
    record.decided_at,
    cast(null as bigint) as drift_seconds,
    record.enforced_at - record.decided_at as enforcement_seconds,
    cast(null as text) as differences,
    cast(null as text) as direction,
    unpaired.alternatives,
    cast(null as text) as match_group
from unpaired
join internal_record record on record.record_id = unpaired.record_id
cross join run
where unpaired.side = 'internal'
