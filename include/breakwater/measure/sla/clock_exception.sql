-- Clocks that people look at: missed in the day, stopped too late in it, past due, at risk.
select clock_settled.*
from clock_settled
cross join run
where clock_settled.state in ('overdue', 'at_risk')
    or (
        clock_settled.state = 'missed'
        and (
            clock_settled.is_due
            or clock_settled.is_excused
            or clock_settled.stopped_at >= run.window_start
        )
    )
