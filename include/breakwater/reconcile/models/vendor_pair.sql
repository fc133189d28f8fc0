-- Every vendor record, in the order of the book, with the half it is paired with: by its key as
-- nearly all are, or by a choice. One that stays alone has no half, and a rule that says why. Records
-- of groups of one and many are not here. It is one join, because each looks at every record.
select
    own.*,
    half.internal_id,
    half.internal_key,
    half.internal_item,
    half.internal_site,
    half.internal_queue,
    half.internal_policy,
    half.internal_language,
    half.internal_decision,
    half.internal_at,
    half.enforced_at,
    half.status,
    half.is_borrowed,
    half.pairing,
    half.alternatives,
    half.match_group,
    half.lone_rule
from (
    select vendor_side.*, odd_key.record_key is not null as is_odd
    from vendor_side
    left join odd_key on odd_key.record_key = vendor_side.vendor_key
) own
join internal_half half
    on half.asked = case when own.is_odd then own.vendor_id else own.vendor_key end
    and half.is_odd = own.is_odd
