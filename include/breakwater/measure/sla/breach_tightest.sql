-- Of cases on which a law's clock ran out, the clock that is the most pressing by now, where that is
-- another one: what can still be kept, or else was lost first.
select
    breached.clock,
    breached.queue,
    pressing.clock as tightest,
    count(*) as case_count
from clock_exception breached
join clock_settled pressing
    on pressing.case_id_vendor = breached.case_id_vendor
    and pressing.is_tightest
    and pressing.clock <> breached.clock
where breached.kind = 'statutory' and (breached.is_due or breached.state = 'overdue')
group by breached.clock, breached.queue, pressing.clock
