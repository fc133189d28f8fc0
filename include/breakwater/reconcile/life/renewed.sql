-- What people decided stays: only what the books say of a break is written.
update reconcile.break_life life set
    outcome = seen.outcome,
    rule = seen.rule,
    site = seen.site,
    queue = seen.queue,
    policy = seen.policy,
    language = seen.language,
    record_key = seen.record_key,
    item_id = seen.item_id,
    vendor_record = seen.vendor_record,
    internal_record = seen.internal_record,
    vendor_decision = seen.vendor_decision,
    internal_decision = seen.internal_decision,
    decided_at = seen.decided_at,
    drift_seconds = seen.drift_seconds,
    enforcement_seconds = seen.enforcement_seconds,
    differences = seen.differences,
    direction = seen.direction,
    case_count = seen.case_count,
    handle_seconds = seen.handle_seconds,
    severity = seen.severity,
    amount = seen.amount,
    currency = seen.currency,
    cause = seen.cause,
    cause_numbers = seen.cause_numbers,
    is_present = true,
    last_seen_at = null,
    closed_rule = case when life.is_present then life.closed_rule end
from identified
join seen_break seen using (unit)
join moved using (break_id)
where life.break_id = moved.break_id
