-- What nobody knew of until now. The name follows from day and anchor, so that an installation that
-- starts anew gives the same one.
with fresh as (
    select
        seen.*,
        coalesce(taken.highest, 0) + row_number() over (
            partition by seen.anchor order by seen.place
        ) as ordinal
    from seen_break seen
    left join (
        select anchor, max(ordinal) as highest
        from reconcile.break_life
        where vendor = %(vendor)s and operational_day = %(day)s
        group by anchor
    ) taken on taken.anchor = seen.anchor
    where not exists (select 1 from identified where identified.unit = seen.unit)
),
named as (
    select
        fresh.*,
        left(encode(sha256(convert_to(
            jsonb_build_array(%(vendor)s::text, %(day)s::date, anchor, ordinal)::text, 'UTF8'
        )), 'hex'), 16) as break_id
    from fresh
),
opened as (
    insert into reconcile.break_life (
        break_id, vendor, operational_day, anchor, ordinal, outcome, rule, site, queue, policy,
        language, record_key, item_id, vendor_record, internal_record, vendor_decision,
        internal_decision, decided_at, drift_seconds, enforcement_seconds, differences, direction, case_count,
        handle_seconds, severity, amount, currency, cause, cause_numbers, first_seen_at
    )
    select
        break_id, %(vendor)s, %(day)s, anchor, ordinal, outcome, rule, site, queue, policy,
        language, record_key, item_id, vendor_record, internal_record, vendor_decision,
        internal_decision, decided_at, drift_seconds, enforcement_seconds, differences, direction, case_count,
        handle_seconds, severity, amount, currency, cause, cause_numbers, %(now)s
    from named
    returning break_id, state, outcome
),
told as (
    insert into reconcile.break_history (break_id, at, actor, what, state, outcome)
    select break_id, %(now)s, %(actor)s, 'opened', state, outcome
    from opened
    order by break_id
)
insert into identified
select unit, break_id
from named
