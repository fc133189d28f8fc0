-- The excusal that each clock's running time fell into; of several the first in the file. Running ends
-- at the due instant: what happens after a clock has run out did not make it run out. Entries of one
-- clock number their cycles by themselves, so a cycle is known by its trigger, too.
with covered as (
    select
        clock_run.case_id_vendor,
        clock_run.clock,
        clock_run.cycle,
        clock_run.triggered_at,
        min(excusal.place) as place
    from clock_run
    join excusal
        on excusal.starts_at < clock_run.due_at
        and excusal.ends_at > clock_run.started_at
        and (excusal.site = '*' or excusal.site = clock_run.site)
        and (excusal.queue = '*' or excusal.queue = clock_run.queue)
        and (excusal.clock = '*' or excusal.clock = clock_run.clock)
    where clock_run.kind <> 'statutory'
    group by
        clock_run.case_id_vendor, clock_run.clock, clock_run.cycle, clock_run.triggered_at
),
named as (
    select place, min(excusal) as excusal from excusal group by place
)
select
    covered.case_id_vendor, covered.clock, covered.cycle, covered.triggered_at, named.excusal
from covered
join named on named.place = covered.place
