-- Cases of the vendor by what the day saw of them, for the roll-forward of the backlog.
select
    count(*) as cases,
    coalesce(cast(sum(is_incoming) as bigint), 0) as incoming,
    coalesce(cast(sum(is_returned) as bigint), 0) as returned,
    coalesce(cast(sum(is_solved) as bigint), 0) as solved,
    coalesce(cast(sum(is_open) as bigint), 0) as backlog
from case_day
