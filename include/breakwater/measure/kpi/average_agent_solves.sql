-- Solves per agent-day. An agent's one day is split over the slices as the agent's solves are, in
-- whole billionths, so that engines agree to the digit and the parts add up to one.
with solve as (
    select distinct
        case_day.case_id_vendor, event.agent,
        case_day.site, case_day.queue, case_day.policy, case_day.language, case_day.priority
    from case_day
    join case_event event
        on event.case_id_vendor = case_day.case_id_vendor
        and event.event_type = 'decided'
        and event.event_at = case_day.last_decided_at
    where case_day.is_solved = 1 and case_day.is_manual = 1 and event.agent is not null
),
agent_slice as (
    select agent, site, queue, policy, language, priority, count(*) as solves
    from solve
    group by agent, site, queue, policy, language, priority
),
agent_day as (
    select agent, cast(sum(solves) as bigint) as solves
    from agent_slice
    group by agent
),
share as (
    select
        agent_slice.site, agent_slice.queue, agent_slice.policy, agent_slice.language,
        agent_slice.priority,
        agent_slice.solves,
        -- Whole division that reads the same everywhere: `/` divides evenly here.
        cast((
            agent_slice.solves * 1000000000
            - mod(agent_slice.solves * 1000000000, agent_day.solves)
        ) / agent_day.solves as bigint) as billionths
    from agent_slice
    join agent_day on agent_day.agent = agent_slice.agent
)
select site, queue, policy, language, priority, 'average_agent_solves' as metric,
    cast(sum(solves) as double precision) as numerator,
    cast(sum(billionths) as double precision) / 1000000000 as denominator
from share
group by site, queue, policy, language, priority
