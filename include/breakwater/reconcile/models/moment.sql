select
    group_key,
    decided_at as moment,
    cast(sum(case when side = 'vendor' then 1 else 0 end) as bigint) as vendor_count,
    min(case when side = 'vendor' then record_id end) as vendor_id,
    cast(sum(case when side = 'internal' then 1 else 0 end) as bigint) as internal_count,
    min(case when side = 'internal' then record_id end) as internal_id
from {candidate}
group by group_key, decided_at
