-- Clocks that people look at: missed in the day, stopped too late in it, past due, at risk.
select clock_run.*
from clock_run
cross join run
where clock_run.state in ('overdue', 'at_risk')
    or (clock_run.state = 'missed' and (clock_run.is_due or clock_run.stopped_at >= run.window_start))
