-- Crowded keys by the instants at which either book decided. Whatever happened a thousand times
-- in one second is one row here, so a key that everything shares costs no more than any other.
select
    record_key as group_key,
    decided_at as moment,
    cast(sum(case when side = 'vendor' then 1 else 0 end) as bigint) as vendor_count,
    min(case when side = 'vendor' then record_id end) as vendor_id,
    cast(sum(case when side = 'internal' then 1 else 0 end) as bigint) as internal_count,
    min(case when side = 'internal' then record_id end) as internal_id
from crowded_record
group by record_key, decided_at
