-- The figures of a day: counts by vendor and path. Counts alone, so that they add up over vendors.
select vendor, array['tie_out', side, measure.name] as path, measure.number
from reconcile.tie_out
cross join lateral (
    values ('population', population), ('matched', matched), ('breaks', breaks), ('borrowed', borrowed)
) as measure (name, number)
where operational_day = %(day)s and vendor = any(%(vendors)s)
union all
select vendor, array['outcomes', side, outcome], count(*)
from reconcile.recon_break
where operational_day = %(day)s and vendor = any(%(vendors)s)
group by vendor, side, outcome
union all
select vendor, array['flow', metric], sum(numerator)::bigint
from measure.kpi_fact
where operational_day = %(day)s and vendor = any(%(vendors)s)
    and metric in (
        'total_incoming', 'manual_incoming', 'reopened_incoming', 'returned',
        'total_solved', 'manual_solved', 'backlog'
    )
group by vendor, metric
union all
select vendor, array['attainment', clock, measure.name], sum(measure.number)::bigint
from measure.attainment
cross join lateral (values ('due', due_count), ('met', met_count)) as measure (name, number)
where operational_day = %(day)s and vendor = any(%(vendors)s)
group by vendor, clock, measure.name
union all
select vendor, array['exceptions', state], count(*)
from measure.clock_exception
where operational_day = %(day)s and vendor = any(%(vendors)s)
group by vendor, state
union all
select vendor, array['excused', excusal], count(*)
from measure.clock_exception
where operational_day = %(day)s and vendor = any(%(vendors)s) and is_excused
group by vendor, excusal
union all
select vendor, array['breaches', clock], count(*)
from measure.clock_exception
where operational_day = %(day)s and vendor = any(%(vendors)s)
    and kind = 'statutory' and (is_due or state = 'overdue')
group by vendor, clock
