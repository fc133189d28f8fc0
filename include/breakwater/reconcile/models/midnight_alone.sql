-- Of those, what no rule of the day settled, near one of its midnights.
select opened.side, opened.record_id, opened.compared_key, opened.item_id, opened.agent,
    opened.decided_at
from {opened} opened
where opened.record_id = opened.lead_id
    and opened.item_id in (select item_id from midnight_item)
    and (opened.decided_at < {start} + {edge} or opened.decided_at >= {end} - {edge})
    and not exists (
        select 1 from ({settled}) settled
        where settled.side = opened.side and settled.record_id = opened.record_id
    )
    and (
        opened.side = 'internal'
        or not exists (
            select 1 from {actions} action where action.record_key = opened.compared_key
        )
    )
