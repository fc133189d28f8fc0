-- What each pair is: the first that applies, from the gravest down. A policy that one side does not
-- state is no contradiction, and neither is a decision that the event does not make.
select
    measured.*,
    case
        when is_unknown then 'unknown_code'
        when status = 'failed' then 'enforcement_failed'
        when vendor_decision <> internal_decision then 'decision_mismatch'
        when vendor_policy <> internal_policy then 'policy_mismatch'
        when abs(drift_seconds) > time_seconds then 'time_drift'
        when enforcement_seconds > late_after then 'late_enforcement'
        when status = 'pending' and log_end - internal_at > late_after then 'late_enforcement'
        when abs(drift_seconds) > matched_seconds then 'matched_within_tolerance'
        else 'matched'
    end as outcome,
    case
        when is_borrowed and pairing = 'exact_key' then 'exact_key_over_midnight'
        else pairing
    end as rule
from (
    select
        pair.*,
        pair.vendor_at - pair.internal_at as drift_seconds,
        pair.enforced_at - pair.internal_at as enforcement_seconds,
        run.time_seconds,
        run.matched_seconds,
        run.enforcement_seconds as late_after,
        -- The day's part of the log is read this far beyond midnight: what is pending in it was
        -- still pending then.
        run.window_end + run.edge_seconds as log_end
    from pair
    cross join run
) measured
