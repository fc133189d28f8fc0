-- What a log of states tells: a state that is entered is its event, and one that is repeated is
-- none, unless a pause or an escalation goes on for another reason. Leaving a pause resumes the case; leaving a decision for work re-opens it, a second later at
-- least: in the second of the decision nobody could tell which of the two came last. A message is no
-- state: it is told every time, and leaves the case where it was.
with stated as (
    select
        event.*,
        lag(event.event_type) over told as previous_type,
        lag(event.event_at) over told as previous_at,
        lag(event.reason) over told as previous_reason
    from case_event event
    where event.event_type not in ('requester_message', 'reviewer_message')
    window told as (
        partition by event.case_id_vendor
        order by event.event_at, event.operational_day, event.source_row, event.event_id
    )
),
entered as (
    select *
    from stated
    where previous_type is null
        or previous_type <> event_type
        or (
            event_type in ('paused', 'escalated')
            and coalesce(reason, '') <> coalesce(previous_reason, '')
        )
)
select
    case_id_vendor, event_type, event_at, actor_type, decision, reason, handle_seconds, score,
    is_golden, critical_errors, site, queue, policy, language, priority, market
from entered
union all
select
    case_id_vendor, event_type, event_at, actor_type, decision, reason, handle_seconds, score,
    is_golden, critical_errors, site, queue, policy, language, priority, market
from case_event
where event_type in ('requester_message', 'reviewer_message')
union all
select
    case_id_vendor, 'resumed', event_at, null, null, null, null, null,
    null, null, site, queue, policy, language, priority, market
from entered
where previous_type = 'paused' and event_type <> 'paused'
union all
select
    case_id_vendor, 'reopened', greatest(event_at, previous_at + 1), null, null, null, null, null,
    null, null, site, queue, policy, language, priority, market
from entered
where previous_type in ('decided', 'closed') and event_type not in ('decided', 'closed')
