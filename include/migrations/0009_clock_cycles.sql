-- Clocks have cycles, and a trigger besides the instant from which their time counts.

alter table measure.clock_exception
    add column cycle bigint not null default 1 check (cycle > 0),
    add column triggered_at timestamptz;
update measure.clock_exception set triggered_at = started_at;
alter table measure.clock_exception
    alter column cycle drop default,
    alter column triggered_at set not null,
    drop constraint clock_exception_pkey,
    add primary key (operational_day, vendor, clock, case_id_vendor, started_at, cycle);
comment on column measure.clock_exception.triggered_at is
    'decides which target is in force; time counts from started_at: earlier in retrospect, later when deferred';
