-- Receipt to final decision of cases that people solved: turnaround, turnaround_business.
with turnaround as (
    select
        site, queue, policy, language, priority,
        cast(sum(seconds) as double precision) as seconds,
        cast(count(seconds) as double precision) as cases,
        cast(sum(business_seconds) as double precision) as business_seconds,
        cast(count(business_seconds) as double precision) as business_cases
    from turnaround_case
    group by site, queue, policy, language, priority
)
select site, queue, policy, language, priority, 'turnaround' as metric,
    seconds as numerator, cases as denominator
from turnaround where cases > 0
union all
select site, queue, policy, language, priority, 'turnaround_business',
    business_seconds, business_cases
from turnaround where business_cases > 0
