-- Where every record of the vendor's book ended.
select
    run.operational_day,
    run.vendor,
    vendor_site as site,
    vendor_queue as queue,
    vendor_policy as policy,
    vendor_language as language,
    'vendor' as side,
    vendor_id as record_id,
    vendor_key as record_key,
    vendor_item as item_id,
    case
        when internal_id is not null then outcome
        when is_unknown then 'unknown_code'
        when lone_rule = 'surplus_of_key' then 'duplicate_vendor'
        when lone_rule = 'equally_near' then 'ambiguous'
        else 'missing_internal'
    end as outcome,
    coalesce(lone_rule, rule) as rule,
    internal_id as counterpart_id,
    vendor_decision as decision,
    vendor_at as decided_at,
    judged.drift_seconds,
    judged.enforcement_seconds,
    case when internal_id is not null then differences end as differences,
    case when internal_id is not null then direction end as direction,
    alternatives,
    match_group
from judged_vendor_pair judged
cross join run
where internal_id is not null or lone_rule is not null
