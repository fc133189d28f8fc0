-- Every metric that this vendor's export can tell, by leaf slice.
with fact as (
    select * from flow
    union all select * from backlog
    union all select * from handling
    union all select * from speed
    union all select * from turnaround
    union all select * from average_agent_solves
    union all select * from sla_attainment
    union all select * from rework
    union all select * from quality
    union all select * from workforce
    union all select * from break_rate
)
select fact.site, fact.queue, fact.policy, fact.language, fact.priority, fact.metric,
    fact.numerator, fact.denominator
from fact
join measurable on measurable.metric = fact.metric
