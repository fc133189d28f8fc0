insert into reconcile.break_record as known (break_id, side, record_id, source_sha256, source_row)
select identified.break_id, seen.side, seen.record_id, seen.source_sha256, seen.source_row
from seen_record seen
join identified using (unit)
on conflict (break_id, side, record_id) do update set
    source_sha256 = excluded.source_sha256,
    source_row = excluded.source_row
where (known.source_sha256, known.source_row)
    is distinct from (excluded.source_sha256, excluded.source_row)
