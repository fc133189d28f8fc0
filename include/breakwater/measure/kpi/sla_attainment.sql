-- Contract clocks met over contract clocks due.
select
    site, queue, coalesce(policy, 'none') as policy, language, priority,
    'sla_attainment' as metric,
    cast(sum(case when state = 'met' then 1 else 0 end) as double precision) as numerator,
    cast(count(*) as double precision) as denominator
from clock_settled
where is_due and kind = 'contract'
group by site, queue, coalesce(policy, 'none'), language, priority
