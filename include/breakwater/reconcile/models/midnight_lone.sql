-- Records of {day} near one of its midnights whose key the other book does not have; the vendor's not
-- even among our neighbouring days' actions, or the key itself could pair over midnight.
select 'vendor' as side, record.item_id
from {records} record
where (record.decided_at < {start} + {edge} or record.decided_at >= {end} - {edge})
    and not exists (select 1 from {actions} action where action.record_key = record.record_key)
union all
select 'internal' as side, own.item_id
from {actions} own
where own.operational_day = cast('{day}' as date)
    and (own.decided_at < {start} + {edge} or own.decided_at >= {end} - {edge})
    and not exists (select 1 from {records} record where record.record_key = own.record_key)
