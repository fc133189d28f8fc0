-- What a key settles: one pair, the nearest two; of equally near ones the earliest. All others of the
-- key are surplus.
with chosen as (
    select group_key, vendor_id, internal_id
    from (
        select
            near.*,
            row_number() over (
                partition by group_key order by gap, least(vendor_at, internal_at)
            ) as choice
        from {edge} near
    ) ranked
    where choice = 1
),
crowd as (
    select
        group_key,
        cast(sum(vendor_count) as bigint) as vendor_count,
        cast(sum(internal_count) as bigint) as internal_count
    from {moments}
    group by group_key
),
placed as (
    select
        candidate.side,
        candidate.record_id,
        case
            when candidate.record_id = chosen.vendor_id and candidate.side = 'vendor' then chosen.internal_id
            when candidate.record_id = chosen.internal_id and candidate.side = 'internal' then chosen.vendor_id
        end as counterpart_id,
        case when candidate.side = 'vendor' then crowd.internal_count else crowd.vendor_count end as others
    from {candidate} candidate
    join chosen on chosen.group_key = candidate.group_key
    join crowd on crowd.group_key = candidate.group_key
)
select
    side,
    record_id,
    counterpart_id,
    case when counterpart_id is null then 'surplus_of_key' else 'pair' end as reason,
    '{rule}' as rule,
    case when counterpart_id is null then others else others - 1 end as alternatives,
    cast(null as text) as match_group
from placed
