with target as (
    select life.break_id, ruled.rule, life.closed_rule as closed_rule_before
    from reconcile.break_life life
    left join ruled using (break_id)
    where life.vendor = %(vendor)s
        and life.is_present
        and life.disposition in ('open', 'explained')
        and (life.operational_day = %(day)s or ruled.rule is not null)
        and life.closed_rule is distinct from ruled.rule
),
applied as (
    update reconcile.break_life life set closed_rule = target.rule
    from target
    where life.break_id = target.break_id
    returning
        life.break_id, life.state, life.outcome, life.closed_rule, target.closed_rule_before
)
insert into reconcile.break_history (break_id, at, actor, what, state, outcome, detail)
select
    break_id,
    %(now)s,
    %(actor)s,
    case when closed_rule is null then 'reopened' else 'auto_closed' end,
    state,
    outcome,
    case
        when closed_rule is null then jsonb_build_object('closed_by', closed_rule_before)
        else jsonb_build_object('rule', closed_rule)
    end
from applied
order by break_id
