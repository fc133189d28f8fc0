-- What a rule leaves to the next: neither taken by it, nor a copy of what it took. Records that were
-- equally near to several are open to a rule that can tell them apart.
select opened.*
from {opened} opened
where not exists (
        select 1 from {settled} settled
        where settled.side = opened.side
            and settled.record_id = opened.record_id
            and settled.reason <> 'equally_near'
    )
    and not exists (
        select 1 from {settled} settled
        where settled.side = opened.side
            and settled.record_id = opened.lead_id
            and settled.reason <> 'equally_near'
    )
