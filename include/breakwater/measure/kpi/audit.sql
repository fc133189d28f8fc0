-- What audits said of each case: scores of the day's samples and of its planted items apart, critical
-- errors, and the verdicts of vendor and ours where a case was scored by both. Scores are whole
-- millionths, which all engines add up to the same digit; each instant counts once, as in `event`.
with said as (
    select
        told.case_id_vendor, told.event_type, told.event_at,
        max(cast(floor(told.score * 1000000 + 0.5) as bigint)) as millionths,
        max(case when told.is_golden then 1 else 0 end) as is_golden,
        max(told.critical_errors) as critical_errors
    from told
    cross join run
    where told.event_type in ('qa_scored', 'qa_rescored') and told.event_at < run.window_end
    group by told.case_id_vendor, told.event_type, told.event_at
),
audited as (
    select
        said.case_id_vendor,
        cast(sum(
            case when said.is_today = 1 and said.is_golden = 0 then said.is_scored else 0 end
        ) as bigint)
            as sampled,
        cast(sum(
            case when said.is_today = 1 and said.is_golden = 0 then said.millionths else 0 end
        ) as bigint)
            as upheld_millionths,
        cast(sum(
            case when said.is_today = 1 and said.is_golden = 1 then said.is_scored else 0 end
        ) as bigint)
            as planted,
        cast(sum(
            case when said.is_today = 1 and said.is_golden = 1 then said.millionths else 0 end
        ) as bigint)
            as right_millionths,
        cast(sum(case
            when said.is_today = 1 and said.is_golden = 0 and said.critical_errors is not null
                then 1 else 0
        end) as bigint) as searched,
        cast(sum(case
            when said.is_today = 1 and said.is_golden = 0 and said.critical_errors > 0
                then 1 else 0
        end) as bigint) as faulted,
        cast(sum(case
            when said.is_today = 1 and said.is_golden = 0 then said.critical_errors
        end) as bigint) as critical_errors,
        max(case when said.is_ours = 0 then said.millionths end) as vendor_millionths,
        max(case when said.is_ours = 1 and said.is_in_day = 1 then said.millionths end)
            as our_millionths
    from (
        select
            said.case_id_vendor, said.millionths, said.is_golden, said.critical_errors,
            case when said.millionths is not null then 1 else 0 end as is_scored,
            case when said.event_type = 'qa_rescored' then 1 else 0 end as is_ours,
            case when said.event_at >= run.window_start then 1 else 0 end as is_in_day,
            case
                when said.event_type = 'qa_scored' and said.event_at >= run.window_start
                    then 1 else 0
            end as is_today
        from said
        cross join run
    ) said
    group by said.case_id_vendor
)
select
    case_slice.site, case_slice.queue, case_slice.policy, case_slice.language,
    case_slice.priority,
    cast(sum(audited.sampled) as double precision) as sampled,
    cast(sum(audited.upheld_millionths) as double precision) / 1000000 as upheld,
    cast(sum(audited.planted) as double precision) as planted,
    cast(sum(audited.right_millionths) as double precision) / 1000000 as answered_right,
    cast(sum(audited.searched) as double precision) as searched,
    cast(sum(audited.faulted) as double precision) as faulted,
    cast(sum(audited.critical_errors) as double precision) as critical_errors,
    cast(count(audited.vendor_millionths + audited.our_millionths) as double precision)
        as scored_twice,
    cast(sum(audited.vendor_millionths - audited.our_millionths) as double precision) / 1000000
        as delta,
    -- A verdict upholds from half of the full mark on.
    cast(sum(case
        when audited.our_millionths is not null and audited.vendor_millionths >= 500000
            then 1 else 0
    end) as double precision) as upheld_by_vendor,
    cast(sum(case
        when audited.vendor_millionths is not null and audited.our_millionths >= 500000
            then 1 else 0
    end) as double precision) as upheld_by_us,
    cast(sum(case
        when audited.vendor_millionths >= 500000 and audited.our_millionths >= 500000 then 1
        when audited.vendor_millionths < 500000 and audited.our_millionths < 500000 then 1
        else 0
    end) as double precision) as agreed
from audited
join case_slice on case_slice.case_id_vendor = audited.case_id_vendor
group by
    case_slice.site, case_slice.queue, case_slice.policy, case_slice.language,
    case_slice.priority
