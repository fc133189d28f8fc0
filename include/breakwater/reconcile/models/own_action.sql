-- The platform's book of the day as the log has it.
select action.*
from book_action action
cross join run
where action.operational_day = run.operational_day
