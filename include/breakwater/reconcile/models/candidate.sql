-- Open records that may find each other: groups that both books have open. Copies do not look for
-- themselves.
with lead_record as (
    select side, record_id, {group_key} as group_key, decided_at
    from {opened}
    where record_id = lead_id
)
select side, record_id, group_key, decided_at
from lead_record
where group_key in (select group_key from lead_record where side = 'vendor')
    and group_key in (select group_key from lead_record where side = 'internal')
