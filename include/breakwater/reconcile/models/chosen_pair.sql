-- Pairs that took a choice: one of several records with the same key, or what a later rule settled.
select
    crowded_pair.vendor_id,
    crowded_pair.internal_id,
    cast(null as text) as pairing,
    crowd.internal_count - 1 as vendor_alternatives,
    crowd.vendor_count - 1 as internal_alternatives,
    cast(null as text) as match_group
from crowded_pair
join crowd on crowd.record_key = crowded_pair.record_key
union all
select
    vendor.record_id as vendor_id,
    vendor.counterpart_id as internal_id,
    vendor.rule as pairing,
    vendor.alternatives as vendor_alternatives,
    internal.alternatives as internal_alternatives,
    vendor.match_group
from settled vendor
join settled internal
    on internal.side = 'internal' and internal.record_id = vendor.counterpart_id
where vendor.side = 'vendor' and vendor.reason = 'pair'
