-- Actions of {day}, of which no book of the vendor's is there yet, as the neighbouring day's slice of our
-- log has them: of several with one key the first, whatever item the others name.
with known as (
    select * from {actions} where operational_day = cast('{day}' as date)
),
asked as (
    select record_id, record_key from known where item_id in (select item_id from midnight_item)
)
select 'internal' as side, record_id, record_key as compared_key, item_id, agent, decided_at
from (
    select
        known.*,
        row_number() over (
            partition by record_key, case when record_key is null then record_id end
            order by decided_at, record_id
        ) as copy
    from known
    where record_id in (select record_id from asked)
        or record_key in (select record_key from asked)
) told
where copy = 1 and record_id in (select record_id from asked)
