-- Numbers of each vendor's day, by name, each read from one place. The same thing counted in two
-- places must come to the same number: see tie_out.py.
select
    vendor,
    'rows accounted for' as name,
    sum(landed_rows + quarantined_rows + rejected_rows)::bigint as number
from landing.control_total
where operational_day = %(day)s
group by vendor
union all
select vendor, 'rows declared or present', sum(coalesce(declared_rows, physical_rows))::bigint
from landing.control_total
where operational_day = %(day)s
group by vendor
union all
select vendor, side || ' population', population
from reconcile.tie_out
where operational_day = %(day)s
union all
select vendor, side || ' matched and breaks', matched + breaks
from reconcile.tie_out
where operational_day = %(day)s
union all
select vendor, side || ' breaks', breaks
from reconcile.tie_out
where operational_day = %(day)s
union all
select vendor, 'population of both books', sum(population)::bigint
from reconcile.tie_out
where operational_day = %(day)s
group by vendor
union all
select vendor, side || ' breaks listed', count(*)
from reconcile.recon_break
where operational_day = %(day)s
group by vendor, side
union all
select vendor, 'outcomes in the lake', sum(row_count)::bigint
from lake.partition
where operational_day = %(day)s and table_name = 'recon_outcome' and superseded_at is null
group by vendor
union all
select vendor, 'contract clocks due', sum(due_count)::bigint
from measure.attainment
where operational_day = %(day)s and clock = any(%(contract_clocks)s)
group by vendor
union all
select vendor, 'clocks due and not met', sum(due_count - met_count)::bigint
from measure.attainment
where operational_day = %(day)s
group by vendor
union all
select vendor, 'clocks due or excused', sum(number)::bigint
from (
    select vendor, due_count as number from measure.attainment where operational_day = %(day)s
    union all
    select vendor, 1 from measure.clock_exception where operational_day = %(day)s and is_excused
) as settled
group by vendor
union all
-- A day that was measured before anything could be excused did not say how many clocks it settled.
select
    vendor,
    'clocks settled',
    coalesce((summary ->> 'clocks_settled')::bigint, (
        select sum(attainment.due_count)
        from measure.attainment
        where attainment.operational_day = %(day)s and attainment.vendor = stage_run.vendor
    ), 0)::bigint
from operations.stage_run
where operational_day = %(day)s and stage = 'measure'
union all
select vendor, 'exceptions due', count(*)
from measure.clock_exception
where operational_day = %(day)s and is_due
group by vendor
union all
select vendor, 'turnarounds in the histogram', sum(case_count)::bigint
from measure.kpi_histogram
where operational_day = %(day)s and metric = 'turnaround'
group by vendor
union all
select vendor, 'sum of ' || metric, sum(numerator)::bigint
from measure.kpi_fact
where operational_day = %(day)s
    and metric in ('total_incoming', 'total_solved', 'backlog', 'break_rate')
group by vendor, metric
union all
select vendor, 'count of ' || metric, sum(denominator)::bigint
from measure.kpi_fact
where operational_day = %(day)s and metric in ('break_rate', 'sla_attainment', 'turnaround')
group by vendor, metric
union all
select run.vendor, 'cases ' || total.key, total.value::bigint
from operations.stage_run run
cross join lateral jsonb_each_text(run.summary -> 'totals') total
where run.operational_day = %(day)s and run.stage = 'measure'
