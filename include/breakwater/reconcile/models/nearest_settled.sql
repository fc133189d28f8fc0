-- Candidates that this round settles: those whose nearest counterpart, within the window, has them
-- as its nearest too. A pair when neither had a choice; equally near otherwise, and never guessed.
with edge as (
    select
        near.*,
        count(*) over (partition by group_key, vendor_at) as vendor_choices,
        count(*) over (partition by group_key, internal_at) as internal_choices
    from {edge} near
    where near.gap <= {window}
),
judged as (
    select
        edge.*,
        vendor_count = 1 and internal_count = 1 and vendor_choices = 1 and internal_choices = 1
            as is_pair
    from edge
)
select distinct
    candidate.side,
    candidate.record_id,
    candidate.group_key,
    candidate.decided_at,
    case when judged.is_pair then judged.internal_id end as counterpart_id
from {candidate} candidate
join judged on judged.group_key = candidate.group_key and judged.vendor_at = candidate.decided_at
where candidate.side = 'vendor'
union all
select distinct
    candidate.side,
    candidate.record_id,
    candidate.group_key,
    candidate.decided_at,
    case when judged.is_pair then judged.vendor_id end as counterpart_id
from {candidate} candidate
join judged on judged.group_key = candidate.group_key and judged.internal_at = candidate.decided_at
where candidate.side = 'internal'
