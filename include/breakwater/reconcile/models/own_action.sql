-- The platform's book of the day as the log has it. Appeals change decisions; they are not reviews.
select action.*
from enforcement_action action
cross join run
where action.operational_day = run.operational_day
    and action.source in ('review', 'automation')
