-- Shares of people's time by site: occupancy, utilisation, shrinkage, schedule_adherence,
-- schedule_conformance. A row counts for a metric where it tells both of its sides. A site with fewer
-- than five reviewers in the day has no row: it would speak of persons.
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
site_day as (
    select
        site,
        cast(sum(case when available_seconds is not null then handling_seconds end)
            as double precision) as handling,
        cast(sum(at_hand_seconds) as double precision) as at_hand,
        cast(sum(case when paid_seconds is not null then at_hand_seconds end)
            as double precision) as at_hand_of_paid,
        cast(sum(case when at_hand_seconds is not null then paid_seconds end)
            as double precision) as paid,
        cast(sum(lost_seconds) as double precision) as lost,
        cast(sum(case when lost_seconds is not null then scheduled_seconds end)
            as double precision) as scheduled_of_lost,
        cast(sum(adherent_seconds) as double precision) as adherent,
        cast(sum(case when adherent_seconds is not null then scheduled_seconds end)
            as double precision) as scheduled_of_adherent,
        cast(sum(logged_in_seconds) as double precision) as logged_in,
        cast(sum(case when logged_in_seconds is not null then scheduled_seconds end)
            as double precision) as scheduled_of_logged_in
    from worked
    group by site
    having count(distinct agent) >= 5
),
share as (
    select site, 'occupancy' as metric, handling as above, at_hand as below from site_day
    union all
    select site, 'utilisation', at_hand_of_paid, paid from site_day
    union all
    select site, 'shrinkage', lost, scheduled_of_lost from site_day
    union all
    select site, 'schedule_adherence', adherent, scheduled_of_adherent from site_day
    union all
    select site, 'schedule_conformance', logged_in, scheduled_of_logged_in from site_day
)
select site, 'none' as queue, 'none' as policy, 'none' as language, 'none' as priority, metric,
    above as numerator, below as denominator
from share
where below > 0
