-- Left-over records that may still find each other: items that both books have left over.
with lead_record as (
    select side, record_id, item_id, decided_at
    from left_over
    where record_id = lead_id and not is_surplus
)
select side, record_id, item_id, decided_at
from lead_record
where item_id in (select item_id from lead_record where side = 'vendor')
    and item_id in (select item_id from lead_record where side = 'internal')
