-- What vendors count of their own day, beside what was measured; and the backlog queue by queue.

create table landing.vendor_total (
    vendor          text   not null,
    operational_day date   not null,
    name            text   not null check (name in ('incoming', 'solved', 'backlog')),
    total           bigint not null check (total >= 0),
    primary key (vendor, operational_day, name)
);
comment on table landing.vendor_total is
    'Totals that the vendor states of its day, in a manifest or in statistics of its system.';

-- Only days that were measured: without it there is nothing to compare.
create view measure.vendor_total as
with counted as (
    select
        operational_day,
        vendor,
        case metric
            when 'total_incoming' then 'incoming'
            when 'total_solved' then 'solved'
            else 'backlog'
        end as name,
        sum(numerator)::bigint as total
    from measure.kpi_fact
    where metric in ('total_incoming', 'total_solved', 'backlog')
    group by operational_day, vendor, metric
)
select
    stated.operational_day,
    stated.vendor,
    stated.name,
    stated.total as stated,
    coalesce(counted.total, 0) as measured,
    stated.total - coalesce(counted.total, 0) as difference
from landing.vendor_total stated
join operations.stage_run run
    on run.operational_day = stated.operational_day
    and run.vendor = stated.vendor
    and run.stage = 'measure'
left join counted
    on counted.operational_day = stated.operational_day
    and counted.vendor = stated.vendor
    and counted.name = stated.name;

-- As measure.roll_forward, queue by queue. A case is counted in the queue in which the day found it,
-- so one that moved is in yesterday's backlog of one queue and in today's book of another: what
-- moving leaves in a queue's difference nets out over the vendor.
create view measure.queue_roll_forward as
with flow as (
    select
        operational_day,
        vendor,
        queue,
        coalesce(sum(numerator) filter (where metric = 'total_incoming'), 0)::bigint as incoming,
        coalesce(sum(numerator) filter (where metric = 'returned'), 0)::bigint as returned,
        coalesce(sum(numerator) filter (where metric = 'total_solved'), 0)::bigint as solved,
        coalesce(sum(numerator) filter (where metric = 'backlog'), 0)::bigint as backlog
    from measure.kpi_fact
    where metric in ('total_incoming', 'returned', 'total_solved', 'backlog')
    group by operational_day, vendor, queue
),
-- A queue may be empty on either of two days; both days of the vendor must have been measured.
place as (
    select operational_day, vendor, queue from flow
    union
    select yesterday.operational_day + 1, yesterday.vendor, yesterday.queue
    from flow yesterday
    where exists (
        select 1 from flow today
        where today.vendor = yesterday.vendor
            and today.operational_day = yesterday.operational_day + 1
    )
)
select
    place.operational_day,
    place.vendor,
    place.queue,
    coalesce(yesterday.backlog, 0) as opening,
    coalesce(today.incoming, 0) as incoming,
    coalesce(today.returned, 0) as returned,
    coalesce(today.solved, 0) as solved,
    coalesce(today.backlog, 0) as closing,
    coalesce(today.backlog, 0) - (
        coalesce(yesterday.backlog, 0) + coalesce(today.incoming, 0)
        + coalesce(today.returned, 0) - coalesce(today.solved, 0)
    ) as difference
from place
left join flow today
    on today.operational_day = place.operational_day
    and today.vendor = place.vendor
    and today.queue = place.queue
left join flow yesterday
    on yesterday.operational_day = place.operational_day - 1
    and yesterday.vendor = place.vendor
    and yesterday.queue = place.queue
where exists (
    select 1 from flow before
    where before.vendor = place.vendor and before.operational_day = place.operational_day - 1
);
