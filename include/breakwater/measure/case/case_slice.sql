-- Where each case belongs: site, queue, policy, language, priority and market, of the record that knows most
-- about it. That is the one with the latest decision, then with the latest event. `first_at` is when the
-- case was first heard of, in whichever record.
with record as (
    select
        event.case_id_vendor,
        event.record_id,
        event.site,
        event.queue,
        coalesce(event.policy, 'none') as policy,
        event.language,
        event.priority,
        coalesce(event.market, 'none') as market,
        max(case when event.event_type = 'decided' then event.event_at else -1 end) as decided_at,
        max(event.event_at) as last_at,
        min(event.event_at) as first_at
    from case_event event
    cross join run
    where event.event_at < run.window_end
    group by
        event.case_id_vendor, event.record_id, event.site, event.queue,
        coalesce(event.policy, 'none'), event.language, event.priority,
        coalesce(event.market, 'none')
),
-- Few cases have several records, and only those are worth a window function.
crowded as (
    select case_id_vendor from record group by case_id_vendor having count(*) > 1
),
ranked as (
    select
        record.*,
        row_number() over (
            partition by record.case_id_vendor
            order by record.decided_at desc, record.last_at desc, record.record_id
        ) as place,
        min(record.first_at) over (partition by record.case_id_vendor) as known_from
    from record
    join crowded on crowded.case_id_vendor = record.case_id_vendor
)
select
    record.case_id_vendor, record.site, record.queue, record.policy, record.language,
    record.priority, record.market, record.first_at
from record
left join crowded on crowded.case_id_vendor = record.case_id_vendor
where crowded.case_id_vendor is null
union all
select case_id_vendor, site, queue, policy, language, priority, market, known_from
from ranked
where place = 1
