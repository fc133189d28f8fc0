-- The odd records of the vendor's book with the half that was chosen for them, if any, or with the
-- rule that says why they stay alone.
select
    own.record_id as odd_id,
    half.*,
    -- No name: by the key rule, whatever it is called.
    chosen_pair.pairing,
    coalesce(chosen_pair.vendor_alternatives, alone.alternatives, 0) as alternatives,
    chosen_pair.match_group,
    alone.rule as lone_rule
from odd_vendor_record own
left join chosen_pair on chosen_pair.vendor_id = own.record_id
left join odd_internal_side half on half.internal_id = chosen_pair.internal_id
left join unpaired alone on alone.side = 'vendor' and alone.record_id = own.record_id
