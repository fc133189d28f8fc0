-- One row per case: what the day saw of it, and how it stood at the day's end.
with told as (
    select
        event.case_id_vendor,
        min(case when event.event_type = 'received' then event.event_at end) as received_at,
        min(case when event.event_type = 'queued' then event.event_at end) as queued_at,
        min(case when event.event_type = 'assigned' then event.event_at end) as assigned_at,
        min(case when event.event_type = 'decided' then event.event_at end) as first_decided_at,
        max(case when event.event_type = 'decided' then event.event_at end) as last_decided_at,
        -- What the last decision was, behind its instant: cheaper than looking the event up again.
        max(case
            when event.event_type = 'decided'
                then 4 * event.event_at + 2 * event.is_human + event.is_action
        end) as last_decided,
        min(case when event.event_type = 'decided' and event.is_human = 1 then event.event_at end)
            as first_human_at,
        cast(sum(case
            when event.event_type = 'decided' and event.is_human = 1
                and event.event_at >= run.window_start
                then event.handle_seconds
        end) as bigint) as handle_seconds,
        max(case
            when event.event_type = 'decided' and event.is_human = 1
                and event.event_at >= run.window_start and event.handle_seconds is not null
                then event.event_at
        end) as handled_at
    from event
    cross join run
    group by event.case_id_vendor
),
-- What happens to few cases: to ask every case for it takes longer than all the rest.
rare as (
    select
        event.case_id_vendor,
        max(case when event.event_type = 'reopened' then event.event_at end) as last_reopened_at,
        max(case when event.event_type = 'escalated' then 1 else 0 end) as was_escalated,
        count(case
            when event.event_type = 'reopened' and event.event_at >= run.window_start then 1
        end) as reopen_count,
        min(case
            when event.event_type = 'reopened' and event.event_at >= run.window_start
                then event.event_at
        end) as reopened_today_at,
        count(case
            when event.event_type = 'appealed' and event.event_at >= run.window_start then 1
        end) as appeal_count,
        count(case
            when event.event_type = 'appeal_decided' and event.event_at >= run.window_start then 1
        end) as appeal_decided_count,
        count(case
            when event.event_type = 'appeal_decided' and event.event_at >= run.window_start
                and event.is_overturned = 1 then 1
        end) as overturned_count
    from event
    cross join run
    where event.event_type in ('reopened', 'escalated', 'appealed', 'appeal_decided')
    group by event.case_id_vendor
),
decided_again as (
    select event.case_id_vendor, min(event.event_at) as decided_today_at
    from event
    cross join run
    join rare on rare.case_id_vendor = event.case_id_vendor
    where event.event_type = 'decided' and event.event_at >= run.window_start
        and rare.reopened_today_at is not null
    group by event.case_id_vendor
)
select
    case_slice.case_id_vendor,
    case_slice.site,
    case_slice.queue,
    case_slice.policy,
    case_slice.language,
    case_slice.priority,
    case_slice.market,
    told.received_at,
    told.queued_at,
    told.assigned_at,
    told.first_decided_at,
    told.first_human_at,
    told.last_decided_at,
    rare.last_reopened_at,
    told.handle_seconds,
    told.handled_at,
    coalesce(rare.reopen_count, 0) as reopen_count,
    coalesce(rare.appeal_count, 0) as appeal_count,
    coalesce(rare.appeal_decided_count, 0) as appeal_decided_count,
    coalesce(rare.overturned_count, 0) as overturned_count,
    coalesce(rare.was_escalated, 0) as was_escalated,
    case when told.received_at >= run.window_start then 1 else 0 end as is_incoming,
    case when told.queued_at is not null then 1 else 0 end as is_queued,
    -- Decided in the day, and not taken up again by its end.
    case
        when told.last_decided_at >= run.window_start
            and coalesce(rare.last_reopened_at <= told.last_decided_at, true)
            then 1 else 0
    end as is_solved,
    case when told.last_decided - 4 * told.last_decided_at >= 2 then 1 else 0 end as is_manual,
    case
        when told.last_decided - 4 * told.last_decided_at in (1, 3) then 1 else 0
    end as is_action,
    case
        when told.received_at is not null
            and (told.last_decided_at is null or rare.last_reopened_at > told.last_decided_at)
            then 1 else 0
    end as is_open,
    -- Solved before the day began, and taken up again in it.
    case
        when told.received_at < run.window_start
            and rare.reopened_today_at is not null
            and coalesce(rare.reopened_today_at <= decided_again.decided_today_at, true)
            then 1 else 0
    end as is_returned
from told
cross join run
join case_slice on case_slice.case_id_vendor = told.case_id_vendor
left join rare on rare.case_id_vendor = told.case_id_vendor
left join decided_again on decided_again.case_id_vendor = told.case_id_vendor
