-- What each pair is: the first that applies, from the gravest down, and every field that differs.
-- What stands in braces is composed from the contract: see comparing.py.
select
    compared.*,
    case
        when is_unknown then 'unknown_code'
        when status = 'failed' then 'enforcement_failed'
        when decision_differs then 'decision_mismatch'
        when policy_differs then 'policy_mismatch'
        when other_differs then 'field_mismatch'
        when time_differs then 'time_drift'
        when enforcement_seconds > late_after then 'late_enforcement'
        when status = 'pending' and log_end - internal_at > late_after then 'late_enforcement'
        when is_inexact then 'matched_within_tolerance'
        else 'matched'
    end as outcome,
    case
        when decision_differs or policy_differs or other_differs or time_differs
            then substr({differences}, 2)
    end as differences,
    case when decision_differs then {direction} end as direction,
    case
        when pairing is not null then pairing
        when is_borrowed then key_rule || '_over_midnight'
        else key_rule
    end as rule
from (
    select
        measured.*,
        {decision_differs} as decision_differs,
        {policy_differs} as policy_differs,
        {other_differs} as other_differs,
        {time_differs} as time_differs,
        {is_inexact} as is_inexact
    from (
        select
            pair.*,
            {stated}
            pair.vendor_at - pair.internal_at as drift_seconds,
            pair.enforced_at - pair.internal_at as enforcement_seconds,
            run.time_seconds,
            run.matched_seconds,
            run.key_rule,
            run.enforcement_seconds as late_after,
            -- The day's part of the log is read this far beyond midnight: what is pending in it was
            -- still pending then.
            run.window_end + run.edge_seconds as log_end
        from {pairs} pair
        cross join run
        {numbers}
    ) measured
) compared
