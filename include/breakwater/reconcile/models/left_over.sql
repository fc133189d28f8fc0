-- Records that no key paired. `lead_id` is the first of those that share a key: it alone looks for
-- a counterpart by other rules, and its copies follow it. `is_surplus` marks copies of a key that is
-- paired; `alternatives` counts the records that such a copy could have been paired with instead.
with lone_key as (
    select record_key from odd_key where vendor_count + internal_count = 1
),
lone as (
    select 'vendor' as side, record_id, item_id, decided_at
    from odd_vendor_record
    where record_key in (select record_key from lone_key)
    union all
    select 'internal' as side, record_id, item_id, decided_at
    from odd_internal_record
    where record_key is null or record_key in (select record_key from lone_key)
)
select side, record_id, item_id, decided_at, record_id as lead_id, false as is_surplus,
    cast(0 as bigint) as alternatives
from lone
union all
select
    record.side,
    record.record_id,
    record.item_id,
    record.decided_at,
    first_value(record.record_id) over (
        partition by record.side, record.record_key order by record.decided_at, record.record_id
    ) as lead_id,
    pair.record_key is not null as is_surplus,
    case
        when pair.record_key is null then 0
        when record.side = 'vendor' then crowd.internal_count
        else crowd.vendor_count
    end as alternatives
from crowded_record record
left join crowded_pair pair on pair.record_key = record.record_key
join crowd on crowd.record_key = record.record_key
where pair.record_key is null
    or (record.side = 'vendor' and record.record_id <> pair.vendor_id)
    or (record.side = 'internal' and record.record_id <> pair.internal_id)
