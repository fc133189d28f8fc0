-- Breaks that a rule of configuration closes and no earlier one did; what people dispute, accepted or
-- reopened is theirs.
insert into ruled
select break_id, %(rule)s
from reconcile.break_life
where vendor = %(vendor)s
    and is_present
    and disposition in ('open', 'explained')
    and not is_kept_open
    and (operational_day = %(day)s or (%(after_days)s > 0 and closed_rule is null))
    and operational_day <= %(newest)s::date - %(after_days)s::integer
    and outcome = any(%(outcomes)s)
    and (%(first_day)s::date is null or operational_day >= %(first_day)s)
    and (%(last_day)s::date is null or operational_day <= %(last_day)s)
    and (%(drift)s::bigint is null or abs(drift_seconds) <= %(drift)s)
    and (%(amount)s::numeric is null or amount <= %(amount)s)
on conflict (break_id) do nothing
