-- Every record of the platform's book, in the order of the book, with the half it is paired with:
-- by its key as nearly all are, or by a choice. One that stays alone has no half, and a rule that
-- says why. Records of groups of one and many are not here. It is one join, because each looks at
-- every record.
select
    half.vendor_id,
    half.vendor_key,
    half.vendor_item,
    half.vendor_site,
    half.vendor_queue,
    half.vendor_policy,
    half.vendor_language,
    half.vendor_decision,
    half.vendor_at,
    half.is_unknown,
    own.*,
    half.pairing,
    half.alternatives,
    half.match_group,
    half.lone_rule
from (
    select internal_side.*, internal_key is null or odd_key.record_key is not null as is_odd
    from internal_side
    left join odd_key on odd_key.record_key = internal_side.internal_key
) own
join vendor_half half
    on half.asked = case when own.is_odd then own.internal_id else own.internal_key end
    and half.is_odd = own.is_odd
