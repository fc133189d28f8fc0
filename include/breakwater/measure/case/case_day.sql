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
        max(case when event.event_type = 'reopened' then event.event_at end) as last_reopened_at,
        max(case when event.event_type = 'escalated' then 1 else 0 end) as was_escalated,
        cast(sum(case
            when event.event_type = 'reopened' and event.event_at >= run.window_start then 1 else 0
        end) as bigint) as reopen_count,
        min(case
            when event.event_type = 'reopened' and event.event_at >= run.window_start
                then event.event_at
        end) as reopened_today_at,
        min(case
            when event.event_type = 'decided' and event.event_at >= run.window_start
                then event.event_at
        end) as decided_today_at,
        cast(sum(case
            when event.event_type = 'decided' and event.is_human = 1
                and event.event_at >= run.window_start
                then event.handle_seconds
        end) as bigint) as handle_seconds,
        max(case
            when event.event_type = 'decided' and event.is_human = 1
                and event.event_at >= run.window_start and event.handle_seconds is not null
                then event.event_at
        end) as handled_at,
        cast(sum(case
            when event.event_type = 'appealed' and event.event_at >= run.window_start then 1 else 0
        end) as bigint) as appeal_count,
        cast(sum(case
            when event.event_type = 'appeal_decided' and event.event_at >= run.window_start
                then 1 else 0
        end) as bigint) as appeal_decided_count,
        cast(sum(case
            when event.event_type = 'appeal_decided' and event.event_at >= run.window_start
                then event.is_overturned else 0
        end) as bigint) as overturned_count
    from event
    cross join run
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
    told.last_reopened_at,
    told.handle_seconds,
    told.handled_at,
    told.reopen_count,
    told.appeal_count,
    told.appeal_decided_count,
    told.overturned_count,
    told.was_escalated,
    case when told.received_at >= run.window_start then 1 else 0 end as is_incoming,
    case when told.queued_at is not null then 1 else 0 end as is_queued,
    -- Decided in the day, and not taken up again by its end.
    case
        when told.last_decided_at >= run.window_start
            and coalesce(told.last_reopened_at <= told.last_decided_at, true)
            then 1 else 0
    end as is_solved,
    case when told.last_decided - 4 * told.last_decided_at >= 2 then 1 else 0 end as is_manual,
    case
        when told.last_decided - 4 * told.last_decided_at in (1, 3) then 1 else 0
    end as is_action,
    case
        when told.received_at is not null
            and (told.last_decided_at is null or told.last_reopened_at > told.last_decided_at)
            then 1 else 0
    end as is_open,
    -- Solved before the day began, and taken up again in it.
    case
        when told.received_at < run.window_start
            and told.reopened_today_at is not null
            and coalesce(told.reopened_today_at <= told.decided_today_at, true)
            then 1 else 0
    end as is_returned
from told
cross join run
join case_slice on case_slice.case_id_vendor = told.case_id_vendor
