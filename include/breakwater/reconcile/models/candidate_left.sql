-- What the next round looks at: the unsettled, of groups for which this round settled something.
select side, record_id, group_key, decided_at
from {candidate} candidate
where group_key in (select group_key from {settled})
    and not exists (
        select 1 from {settled} settled
        where settled.side = candidate.side and settled.record_id = candidate.record_id
    )
