-- A break that has a record of one we know is that one. Of several the vendor's record counts first,
-- so that of two halves that became a pair the vendor's lives on.
insert into identified
with shared as (
    select seen.unit, known.break_id, seen.side
    from seen_record seen
    join reconcile.break_record known
        on known.side = seen.side and known.record_id = seen.record_id
    join reconcile.break_life life
        on life.break_id = known.break_id
        and life.vendor = %(vendor)s
        and life.operational_day = %(day)s
),
of_break as (
    select distinct on (break_id) break_id, unit, side
    from shared
    order by break_id, side desc, unit
)
select distinct on (unit) unit, break_id
from of_break
order by unit, side desc, break_id
