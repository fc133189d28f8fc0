-- Where every record of the platform's book ended.
select
    run.operational_day,
    run.vendor,
    internal_site as site,
    internal_queue as queue,
    internal_policy as policy,
    internal_language as language,
    'internal' as side,
    internal_id as record_id,
    internal_key as record_key,
    internal_item as item_id,
    case
        when vendor_id is not null then outcome
        when lone_rule = 'surplus_of_key' then 'duplicate_internal'
        when lone_rule = 'equally_near' then 'ambiguous'
        else 'missing_vendor'
    end as outcome,
    coalesce(lone_rule, rule) as rule,
    vendor_id as counterpart_id,
    internal_decision as decision,
    internal_at as decided_at,
    judged.drift_seconds,
    judged.enforcement_seconds,
    case when vendor_id is not null then differences end as differences,
    case when vendor_id is not null then direction end as direction,
    alternatives,
    match_group
from judged_internal_pair judged
cross join run
where vendor_id is not null or lone_rule is not null
