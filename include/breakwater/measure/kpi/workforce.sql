-- Shares of people's time by site: occupancy, utilisation, shrinkage, schedule_adherence,
-- schedule_conformance. A row counts for a metric where it tells both of its sides. A metric that
-- fewer than five reviewers of a site tell has no row: it would speak of persons.
with worked as (
    select
        shift.*,
        handling_seconds + available_seconds as at_hand_seconds,
        case
            when scheduled_seconds > handling_seconds + available_seconds
                then scheduled_seconds - handling_seconds - available_seconds
            when handling_seconds + available_seconds is not null then 0
        end as lost_seconds
    from shift
),
counted as (
    select site, agent, 'occupancy' as metric, handling_seconds as above, at_hand_seconds as below
    from worked
    union all
    select site, agent, 'utilisation', at_hand_seconds, paid_seconds from worked
    union all
    select site, agent, 'shrinkage', lost_seconds, scheduled_seconds from worked
    union all
    select site, agent, 'schedule_adherence', adherent_seconds, scheduled_seconds from worked
    union all
    select site, agent, 'schedule_conformance', logged_in_seconds, scheduled_seconds from worked
),
share as (
    select
        site,
        metric,
        cast(sum(above) as double precision) as above,
        cast(sum(below) as double precision) as below
    from counted
    where above is not null and below is not null
    group by site, metric
    having count(distinct agent) >= 5
)
select site, 'none' as queue, 'none' as policy, 'none' as language, 'none' as priority, metric,
    above as numerator, below as denominator
from share
where below > 0
