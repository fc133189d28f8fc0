-- Every vendor record, in the order of the book, with the half it is paired with: by its key as
-- nearly all are, or by a choice. One that stays alone has no half, and a rule that says why.
select
    vendor_side.*,
    coalesce(plain.internal_id, odd.internal_id) as internal_id,
    coalesce(plain.internal_key, odd.internal_key) as internal_key,
    coalesce(plain.internal_item, odd.internal_item) as internal_item,
    coalesce(plain.internal_site, odd.internal_site) as internal_site,
    coalesce(plain.internal_queue, odd.internal_queue) as internal_queue,
    coalesce(plain.internal_policy, odd.internal_policy) as internal_policy,
    coalesce(plain.internal_language, odd.internal_language) as internal_language,
    coalesce(plain.internal_decision, odd.internal_decision) as internal_decision,
    coalesce(plain.internal_at, odd.internal_at) as internal_at,
    coalesce(plain.enforced_at, odd.enforced_at) as enforced_at,
    coalesce(plain.status, odd.status) as status,
    coalesce(plain.is_borrowed, odd.is_borrowed) as is_borrowed,
    odd.pairing,
    coalesce(odd.alternatives, 0) as alternatives,
    odd.match_group,
    odd.lone_rule
from vendor_side
left join (
    select *
    from internal_side
    where not exists (select 1 from crowded_key where crowded_key.record_key = internal_side.internal_key)
) plain on plain.internal_key = vendor_side.vendor_key
left join odd_vendor_pair odd on odd.odd_id = vendor_side.vendor_id
