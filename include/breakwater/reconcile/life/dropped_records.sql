-- Rows in which breaks that are there can no longer be read.
delete from reconcile.break_record known
using identified
where known.break_id = identified.break_id
    and not exists (
        select 1
        from seen_record seen
        where seen.unit = identified.unit
            and seen.side = known.side
            and seen.record_id = known.record_id
    )
