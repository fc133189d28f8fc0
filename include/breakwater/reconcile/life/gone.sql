-- Breaks that the books no longer have. One whose record is in another break now has joined it.
insert into gone
select
    life.break_id,
    case
        when exists (
            select 1
            from reconcile.break_record known
            join seen_record seen
                on seen.side = known.side and seen.record_id = known.record_id
            where known.break_id = life.break_id
        ) then 'joined'
    end
from reconcile.break_life life
where life.vendor = %(vendor)s
    and life.operational_day = %(day)s
    and life.is_present
    and not exists (select 1 from identified where identified.break_id = life.break_id)
