-- Every record of the platform's book, in the order of the book, with the half it is paired with:
-- by its key as nearly all are, or by a choice. One that stays alone has no half, and a rule that
-- says why.
select
    coalesce(plain.vendor_id, odd.vendor_id) as vendor_id,
    coalesce(plain.vendor_key, odd.vendor_key) as vendor_key,
    coalesce(plain.vendor_item, odd.vendor_item) as vendor_item,
    coalesce(plain.vendor_site, odd.vendor_site) as vendor_site,
    coalesce(plain.vendor_queue, odd.vendor_queue) as vendor_queue,
    coalesce(plain.vendor_policy, odd.vendor_policy) as vendor_policy,
    coalesce(plain.vendor_language, odd.vendor_language) as vendor_language,
    coalesce(plain.vendor_decision, odd.vendor_decision) as vendor_decision,
    coalesce(plain.vendor_at, odd.vendor_at) as vendor_at,
    coalesce(plain.is_unknown, odd.is_unknown) as is_unknown,
    internal_side.*,
    odd.pairing,
    coalesce(odd.alternatives, 0) as alternatives,
    odd.match_group,
    odd.lone_rule
from internal_side
left join (
    select *
    from vendor_side
    where not exists (select 1 from crowded_key where crowded_key.record_key = vendor_side.vendor_key)
) plain on plain.vendor_key = internal_side.internal_key
left join odd_internal_pair odd on odd.odd_id = internal_side.internal_id
