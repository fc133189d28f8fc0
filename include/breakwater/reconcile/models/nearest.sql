-- For every moment of {moments}, the nearest moment of the other book in the same group, kept where
-- each is the other's nearest. Two rows share a moment when both its sides are equally near.
with around as (
    select
        {moments}.*,
        max(case when internal_count > 0 then moment end) over so_far as internal_before,
        min(case when internal_count > 0 then moment end) over from_here as internal_after,
        max(case when vendor_count > 0 then moment end) over so_far as vendor_before,
        min(case when vendor_count > 0 then moment end) over from_here as vendor_after
    from {moments}
    window
        so_far as (
            partition by group_key order by moment
            rows between unbounded preceding and current row
        ),
        from_here as (
            partition by group_key order by moment
            rows between current row and unbounded following
        )
),
reach as (
    -- least() passes over nulls: a moment with nothing before it takes what comes after.
    select
        around.*,
        case when vendor_count > 0 then least(moment - internal_before, internal_after - moment) end
            as vendor_gap,
        case when internal_count > 0 then least(moment - vendor_before, vendor_after - moment) end
            as internal_gap
    from around
),
step as (
    select group_key, moment as vendor_at, internal_before as internal_at, vendor_gap, vendor_id, vendor_count
    from reach
    where moment - internal_before = vendor_gap
    union
    select group_key, moment as vendor_at, internal_after as internal_at, vendor_gap, vendor_id, vendor_count
    from reach
    where internal_after - moment = vendor_gap
)
select
    step.group_key,
    step.vendor_at,
    step.internal_at,
    step.vendor_gap as gap,
    step.vendor_id,
    step.vendor_count,
    reach.internal_id,
    reach.internal_count
from step
join reach
    on reach.group_key = step.group_key
    and reach.moment = step.internal_at
    and reach.internal_gap = step.vendor_gap
