-- Actions of {day}, of which no book of the vendor's is there yet, as the neighbouring day's slice of our
-- log has them: of several with one key the first.
select 'internal' as side, record_id, record_key as compared_key, item_id, agent, decided_at
from (
    select
        action.*,
        row_number() over (
            partition by record_key, case when record_key is null then record_id end
            order by decided_at, record_id
        ) as copy
    from {actions} action
    where operational_day = cast('{day}' as date)
        and item_id in (select item_id from midnight_item)
) told
where copy = 1
