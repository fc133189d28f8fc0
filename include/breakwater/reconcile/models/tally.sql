-- Records by where they ended, read back from what was written. `case_count` counts a pair once.
select
    side,
    outcome,
    direction,
    queue,
    cast(count(*) as bigint) as record_count,
    cast(sum(case when side = 'vendor' or counterpart_id is null then 1 else 0 end) as bigint)
        as case_count
from written
group by side, outcome, direction, queue
