-- Starts of clocks behind another one, at the end that they wait for. A clock that was cancelled has
-- no end; one that ran out ends, for whom waits for that, at the instant at which it did, or at its
-- trigger where it was started in retrospect: what follows could not have counted before.
with ending as (
    select
        place.case_id_vendor,
        place.slice_id,
        follow.entry,
        runs.every_cycle,
        case
            when follow.follows_on = 'met' and before.state = 'met' then before.stopped_at
            when follow.follows_on = 'missed' and before.state in ('missed', 'overdue')
                then greatest(before.due_at, before.triggered_at)
            when follow.follows_on = 'stopped' and before.state in ('met', 'missed')
                then before.stopped_at
            when follow.follows_on = 'due' and before.state <> 'cancelled'
                and before.due_at < run.window_end
                then greatest(before.due_at, before.triggered_at)
        end as triggered_at
    from clock_before before
    join clock_follow_rule follow on follow.follows = before.clock
    join clock_place place on place.case_id_vendor = before.case_id_vendor
    join clock_on_slice runs on runs.slice_id = place.slice_id and runs.entry = follow.entry
    cross join run
)
select case_id_vendor, slice_id, entry, min(triggered_at) as triggered_at
from ending
where triggered_at is not null and not every_cycle
group by case_id_vendor, slice_id, entry
union all
select case_id_vendor, slice_id, entry, triggered_at
from ending
where triggered_at is not null and every_cycle
group by case_id_vendor, slice_id, entry, triggered_at
