insert into reconcile.break_history (break_id, at, actor, what, state, outcome, detail)
select moved.break_id, %(now)s, %(actor)s, told.what, life.state, life.outcome, told.detail
from moved
join reconcile.break_life life using (break_id)
cross join lateral (
    values
        (1, 'reopened', not moved.was_present,
            jsonb_build_object('closed_by', moved.closed_rule_before)),
        (2, 'reclassified', moved.outcome_before <> life.outcome,
            jsonb_build_object('from', moved.outcome_before, 'to', life.outcome))
) as told (turn, what, applies, detail)
where told.applies
order by moved.break_id, told.turn
