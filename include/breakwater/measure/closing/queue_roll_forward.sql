-- As the view of this name, for one day and some vendors: only the facts of two days are read, however
-- long the history is. Vendors of which both days are measured.
with flow as (
    select
        vendor,
        queue,
        operational_day = %(day)s as is_today,
        coalesce(sum(numerator) filter (where metric = 'total_incoming'), 0)::bigint as incoming,
        coalesce(sum(numerator) filter (where metric = 'returned'), 0)::bigint as returned,
        coalesce(sum(numerator) filter (where metric = 'total_solved'), 0)::bigint as solved,
        coalesce(sum(numerator) filter (where metric = 'backlog'), 0)::bigint as backlog
    from measure.kpi_fact
    where operational_day in (%(day)s, %(before)s)
        and vendor = any(%(vendors)s)
        and metric in ('total_incoming', 'returned', 'total_solved', 'backlog')
    group by vendor, queue, operational_day
),
measured as (
    select vendor from flow group by vendor having count(distinct is_today) = 2
),
carried as (
    select
        vendor,
        queue,
        coalesce(sum(backlog) filter (where not is_today), 0)::bigint as opening,
        coalesce(sum(incoming) filter (where is_today), 0)::bigint as incoming,
        coalesce(sum(returned) filter (where is_today), 0)::bigint as returned,
        coalesce(sum(solved) filter (where is_today), 0)::bigint as solved,
        coalesce(sum(backlog) filter (where is_today), 0)::bigint as closing
    from flow
    where vendor in (select vendor from measured)
    group by vendor, queue
)
select *, closing - (opening + incoming + returned - solved) as difference
from carried
order by vendor, queue
