-- Records with more than one outcome. There must be none.
select side, record_id, cast(count(*) as bigint) as outcome_count
from written
group by side, record_id
having count(*) > 1
