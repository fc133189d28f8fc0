-- Of the clocks due in the day, those met; due and still open counts as missed.
select
    clock,
    queue,
    count(*) as due_count,
    cast(sum(case when state = 'met' then 1 else 0 end) as bigint) as met_count
from clock_settled
where is_due
group by clock, queue
