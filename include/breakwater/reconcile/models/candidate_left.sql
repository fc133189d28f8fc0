-- What the next round looks at: the unsettled, of items for which this round settled something.
select side, record_id, item_id, decided_at
from {candidate} candidate
where item_id in (select item_id from {settled})
    and not exists (
        select 1 from {settled} settled
        where settled.side = candidate.side and settled.record_id = candidate.record_id
    )
