-- Where each case belongs: site, queue, policy, language, priority and market, of the record that knows most
-- about it. That is the one with the latest decision, then with the latest event. `first_at` is when the
-- case was first heard of, in whichever record.
with placed as (
    select
        event.case_id_vendor,
        event.site,
        event.queue,
        coalesce(event.policy, 'none') as policy,
        event.language,
        event.priority,
        coalesce(event.market, 'none') as market,
        min(event.event_at) as first_at
    from case_event event
    cross join run
    where event.event_at < run.window_end
    group by
        event.case_id_vendor, event.site, event.queue, coalesce(event.policy, 'none'),
        event.language, event.priority, coalesce(event.market, 'none')
),
-- Few cases are told of in several places, and only of those is it asked which record knows most.
crowded as (
    select case_id_vendor, min(first_at) as first_at
    from placed
    group by case_id_vendor
    having count(*) > 1
),
record as (
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
        max(event.event_at) as last_at
    from case_event event
    cross join run
    join crowded on crowded.case_id_vendor = event.case_id_vendor
    where event.event_at < run.window_end
    group by
        event.case_id_vendor, event.record_id, event.site, event.queue,
        coalesce(event.policy, 'none'), event.language, event.priority,
        coalesce(event.market, 'none')
),
ranked as (
    select
        record.*,
        row_number() over (
            partition by record.case_id_vendor
            order by record.decided_at desc, record.last_at desc, record.record_id
        ) as place
    from record
)
select
    placed.case_id_vendor, placed.site, placed.queue, placed.policy, placed.language,
    placed.priority, placed.market, placed.first_at
from placed
left join crowded on crowded.case_id_vendor = placed.case_id_vendor
where crowded.case_id_vendor is null
union all
select
    ranked.case_id_vendor, ranked.site, ranked.queue, ranked.policy, ranked.language,
    ranked.priority, ranked.market, crowded.first_at
from ranked
join crowded on crowded.case_id_vendor = ranked.case_id_vendor
where ranked.place = 1
