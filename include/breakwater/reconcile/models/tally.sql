-- Records by where they ended, read back from what was written. `case_count` counts a pair once: only
-- a record that stayed alone drifted from nothing.
select
    side,
    outcome,
    direction,
    queue,
    cast(count(*) as bigint) as record_count,
    cast(count(case when side = 'vendor' or drift_seconds is null then 1 end) as bigint) as case_count
from written
group by side, outcome, direction, queue
