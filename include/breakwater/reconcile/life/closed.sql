with closed as (
    update reconcile.break_life life set
        is_present = false,
        last_seen_at = %(seen_before)s,
        closed_rule = coalesce(gone.rule, 'corrected')
    from gone
    where life.break_id = gone.break_id
    returning life.break_id, life.state, life.outcome, life.closed_rule
)
insert into reconcile.break_history (break_id, at, actor, what, state, outcome, detail)
select
    break_id, %(now)s, %(actor)s, 'auto_closed', state, outcome,
    jsonb_build_object('rule', closed_rule)
from closed
order by break_id
