-- Every metric that is kept by the hour and that this vendor's export can tell, by leaf slice.
with fact as (
    select * from hour_event
    union all select * from hour_attainment
    union all select * from hour_backlog
)
select
    run.operational_day, run.vendor, fact.site, fact.queue, fact.policy, fact.language,
    fact.priority, fact.hour_at, fact.metric, fact.numerator, fact.denominator
from fact
cross join run
join measurable on measurable.metric = fact.metric
