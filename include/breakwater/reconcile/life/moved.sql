-- Known breaks that are not as they were: of another class, there again, or with other numbers.
insert into moved
select life.break_id, life.outcome, life.is_present, life.closed_rule
from identified
join seen_break seen using (unit)
join reconcile.break_life life using (break_id)
where not life.is_present
    or (
        life.outcome, life.rule, life.site, life.queue, life.policy, life.language,
        life.record_key, life.item_id, life.vendor_record, life.internal_record,
        life.vendor_decision, life.internal_decision, life.decided_at, life.drift_seconds,
        life.enforcement_seconds, life.differences, life.direction, life.case_count,
        life.handle_seconds, life.severity, life.amount,
        life.currency, life.cause, life.cause_numbers
    ) is distinct from (
        seen.outcome, seen.rule, seen.site, seen.queue, seen.policy, seen.language,
        seen.record_key, seen.item_id, seen.vendor_record, seen.internal_record,
        seen.vendor_decision, seen.internal_decision, seen.decided_at, seen.drift_seconds,
        seen.enforcement_seconds, seen.differences, seen.direction, seen.case_count,
        seen.handle_seconds, seen.severity, seen.amount,
        seen.currency, seen.cause, seen.cause_numbers
    )
