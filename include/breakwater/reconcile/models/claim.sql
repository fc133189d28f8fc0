-- Actions just over midnight that this day's vendor records ask for: same key, none of it in this
-- day's log, both near the same midnight, and no farther apart than a pair may be. At the start of
-- the day every action lies before every record, so the nearest two are the last and the first;
-- at the end it is the other way round. One action a key.
with lone_record as (
    select record_key, decided_at
    from vendor_record record
    cross join run
    where (
            decided_at < run.window_start + run.edge_seconds
            or decided_at >= run.window_end - run.edge_seconds
        )
        and not exists (select 1 from own_action own where own.record_key = record.record_key)
),
edge_action as (
    select action.action_id, action.operational_day, action.record_key, action.decided_at
    from enforcement_action action
    cross join run
    where action.operational_day <> run.operational_day
        and action.source in ('review', 'automation')
        and action.decided_at >= run.window_start - run.edge_seconds
        and action.decided_at < run.window_end + run.edge_seconds
),
reach as (
    select 1 as midnight, record.record_key, record.decided_at as record_at, action.decided_at as action_at
    from (
        select record_key, min(decided_at) as decided_at
        from lone_record cross join run
        where decided_at < run.window_start + run.edge_seconds
        group by record_key
    ) record
    join (
        select record_key, max(decided_at) as decided_at
        from edge_action cross join run
        where decided_at < run.window_start
        group by record_key
    ) action on action.record_key = record.record_key
    union all
    select 2 as midnight, record.record_key, record.decided_at as record_at, action.decided_at as action_at
    from (
        select record_key, max(decided_at) as decided_at
        from lone_record cross join run
        where decided_at >= run.window_end - run.edge_seconds
        group by record_key
    ) record
    join (
        select record_key, min(decided_at) as decided_at
        from edge_action cross join run
        where decided_at >= run.window_end
        group by record_key
    ) action on action.record_key = record.record_key
),
chosen as (
    select
        record_key,
        action_at,
        row_number() over (partition by record_key order by abs(record_at - action_at), midnight) as choice
    from reach
    cross join run
    where abs(record_at - action_at) <= run.window_seconds
)
select action.operational_day as from_day, min(action.action_id) as action_id, chosen.record_key
from chosen
join edge_action action
    on action.record_key = chosen.record_key and action.decided_at = chosen.action_at
where chosen.choice = 1
group by action.operational_day, chosen.record_key
