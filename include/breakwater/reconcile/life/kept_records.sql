-- Rows that are new, or were read elsewhere before; most are neither.
insert into reconcile.break_record as known (break_id, side, record_id, source_sha256, source_row)
select identified.break_id, seen.side, seen.record_id, seen.source_sha256, seen.source_row
from seen_record seen
join identified using (unit)
where not exists (
    select 1
    from reconcile.break_record same
    where same.break_id = identified.break_id
        and same.side = seen.side
        and same.record_id = seen.record_id
        and (same.source_sha256, same.source_row)
            is not distinct from (seen.source_sha256, seen.source_row)
)
on conflict (break_id, side, record_id) do update set
    source_sha256 = excluded.source_sha256,
    source_row = excluded.source_row
