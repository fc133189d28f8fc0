-- What the key rule alone leaves open of {day}, with nothing borrowed and nothing lent: records of the
-- items asked for, and copies of their keys. Follows from the day's own books.
with own as (
    select * from {actions} where operational_day = cast('{day}' as date)
),
lone as (
    select 'vendor' as side, record.record_id, record.record_key, record.item_id, record.agent,
        record.decision, record.decided_at
    from {records} record
    where not exists (select 1 from own where own.record_key = record.record_key)
    union all
    select 'internal' as side, own.record_id, own.record_key, own.item_id, own.agent,
        own.decision, own.decided_at
    from own
    where not exists (select 1 from {records} record where record.record_key = own.record_key)
),
asked as (
    select side, record_key from lone
    where record_key is not null and item_id in (select item_id from midnight_item)
    group by side, record_key
),
member as (
    select lone.*
    from lone
    where {everything}
        or item_id in (select item_id from midnight_item)
        or exists (
            select 1 from asked
            where asked.side = lone.side and asked.record_key = lone.record_key
        )
)
select
    member.side,
    member.record_id,
    case
        when member.record_key is null then member.record_id
        else first_value(member.record_id) over (
            partition by member.side, member.record_key order by member.decided_at, member.record_id
        )
    end as lead_id,
    member.item_id,
    member.decided_at,
    coalesce(stated.record_key, member.record_key) as record_key,
    member.record_key as compared_key,
    member.agent,
    member.decision
from member
left join {stated} stated on member.side = 'internal' and stated.action_id = member.record_id
