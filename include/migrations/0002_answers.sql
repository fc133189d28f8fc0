-- Answers that are served to people: constrained, transactional, replaced per vendor-day.

create schema operations;

-- What each stage last did for a vendor-day, so that an unchanged re-run is provably unchanged.
create table operations.stage_run (
    operational_day     date        not null,
    vendor              text        not null,
    stage               text        not null,
    inputs_fingerprint  text        not null,
    outputs_fingerprint text        not null,
    summary             jsonb       not null,
    completed_at        timestamptz not null,
    primary key (operational_day, vendor, stage)
);
comment on column operations.stage_run.vendor is 'a vendor slug, or * for a stage of the whole day';

create table operations.finding (
    finding_id      text   not null primary key,
    operational_day date   not null,
    stage           text   not null,
    part            text   not null,
    vendor          text,
    rule            text   not null,
    severity        text   not null check (severity in ('info', 'warning', 'major', 'critical')),
    scope           jsonb  not null,
    value           double precision not null,
    unit            text   not null,
    threshold       double precision,
    expected        double precision,
    detail          jsonb  not null
);
create index finding_by_day on operations.finding (operational_day, stage, part);
comment on column operations.finding.part is 'the vendor whose stage run found it, or * for one of the whole day';

create schema reconcile;

create table reconcile.tie_out (
    operational_day date   not null,
    vendor          text   not null,
    side            text   not null check (side in ('vendor', 'internal')),
    population      bigint not null,
    matched         bigint not null,
    breaks          bigint not null,
    borrowed        bigint not null default 0,
    brought_in      bigint not null default 0,
    primary key (operational_day, vendor, side),
    check (population = matched + breaks)
);
comment on column reconcile.tie_out.borrowed is
    'records of this day that a neighbouring day paired over midnight; outside the population';
comment on column reconcile.tie_out.brought_in is
    'records of neighbouring days that this day paired over midnight; inside the population';

create table reconcile.recon_break (
    operational_day date   not null,
    vendor          text   not null,
    side            text   not null check (side in ('vendor', 'internal')),
    record_id       text   not null,
    outcome         text   not null check (outcome not in ('matched', 'matched_within_tolerance')),
    site            text   not null,
    queue           text   not null,
    policy          text,
    language        text   not null,
    record_key      text,
    item_id         text   not null,
    rule            text   not null,
    counterpart_id  text,
    decision        text,
    decided_at      timestamptz not null,
    drift_seconds   bigint,
    enforcement_seconds bigint,
    primary key (operational_day, vendor, side, record_id)
);
create index recon_break_by_class on reconcile.recon_break (operational_day, outcome);

-- Actions of a neighbouring day that a vendor-day pairs over midnight, and those it was refused.
create table reconcile.borrowed_action (
    operational_day date    not null,
    vendor          text    not null,
    from_day        date    not null check (from_day <> operational_day),
    action_id       text    not null,
    record_key      text    not null,
    is_refused      boolean not null,
    primary key (operational_day, vendor, action_id)
);
comment on column reconcile.borrowed_action.is_refused is
    'true when the vendor''s book of from_day has the key itself: its own day comes first';
create index borrowed_action_by_owner on reconcile.borrowed_action (vendor, from_day);

create schema measure;

create table measure.clock_exception (
    operational_day date   not null,
    vendor          text   not null,
    clock           text   not null,
    kind            text   not null check (kind in ('contract', 'internal', 'statutory')),
    case_id_vendor  text   not null,
    site            text   not null,
    queue           text   not null,
    policy          text,
    language        text   not null,
    priority        text   not null,
    state           text   not null check (state in ('missed', 'overdue', 'at_risk')),
    is_due          boolean not null,
    started_at      timestamptz not null,
    stopped_at      timestamptz,
    due_at          timestamptz not null,
    elapsed_seconds bigint not null,
    target_seconds  bigint not null,
    primary key (operational_day, vendor, clock, case_id_vendor, started_at)
);
comment on table measure.clock_exception is
    'Breached and at-risk clocks; every clock run is in the lake.';

create table measure.attainment (
    operational_day date   not null,
    vendor          text   not null,
    clock           text   not null,
    queue           text   not null,
    due_count       bigint not null,
    met_count       bigint not null check (met_count <= due_count),
    target_share    double precision,
    primary key (operational_day, vendor, clock, queue)
);

-- Additive facts: any roll-up is a sum. A rate or a mean is numerator / denominator.
create table measure.kpi_fact (
    operational_day date    not null,
    vendor          text    not null,
    site            text    not null,
    queue           text    not null,
    policy          text    not null,
    language        text    not null,
    priority        text    not null,
    metric          text    not null,
    numerator       double precision not null,
    denominator     double precision,
    primary key (operational_day, vendor, site, queue, policy, language, priority, metric)
);
create index kpi_fact_by_metric on measure.kpi_fact (metric, operational_day);

-- Distributions as counts per bucket, so that percentiles of any roll-up can be read.
create table measure.kpi_histogram (
    operational_day date    not null,
    vendor          text    not null,
    queue           text    not null,
    metric          text    not null,
    upper_seconds   bigint  not null,
    case_count      bigint  not null check (case_count > 0),
    primary key (operational_day, vendor, queue, metric, upper_seconds)
);

create table measure.day_close (
    operational_day  date        not null primary key,
    vendors_expected text[]      not null,
    vendors_reported text[]      not null,
    figures          jsonb       not null,
    fingerprint      text        not null,
    closed_at        timestamptz not null
);

-- Accounting identity of the backlog: what was there, came in and came back, less what was solved, is
-- what is left; a difference is cases that an export forgot or invented. A view, because a day must
-- not depend on whether the day before was measured first.
create view measure.roll_forward as
with flow as (
    select
        operational_day,
        vendor,
        coalesce(sum(numerator) filter (where metric = 'total_incoming'), 0)::bigint as incoming,
        coalesce(sum(numerator) filter (where metric = 'returned'), 0)::bigint as returned,
        coalesce(sum(numerator) filter (where metric = 'total_solved'), 0)::bigint as solved,
        coalesce(sum(numerator) filter (where metric = 'backlog'), 0)::bigint as backlog
    from measure.kpi_fact
    where metric in ('total_incoming', 'returned', 'total_solved', 'backlog')
    group by operational_day, vendor
)
select
    today.operational_day,
    today.vendor,
    yesterday.backlog as opening,
    today.incoming,
    today.returned,
    today.solved,
    today.backlog as closing,
    today.backlog - (yesterday.backlog + today.incoming + today.returned - today.solved)
        as difference
from flow today
join flow yesterday
    on yesterday.vendor = today.vendor
    and yesterday.operational_day = today.operational_day - 1;

create schema detect;

create table detect.score (
    operational_day date   not null,
    series          text   not null,
    metric          text   not null,
    vendor          text,
    scope           jsonb  not null,
    value           double precision not null,
    denominator     double precision,
    expected        double precision,
    band_low        double precision,
    band_high       double precision,
    score           double precision,
    is_anomaly      boolean not null,
    verdict         text   not null check (verdict in ('missing', 'too_young', 'usual', 'too_few',
                                                       'too_small', 'onset', 'continuing', 'explained',
                                                       'welcome')),
    since           date,
    reason          text   not null,
    primary key (operational_day, series)
);
comment on column detect.score.since is 'day on which a change that lasts was told';
comment on column detect.score.score is
    'robust standard deviations; null without an opinion, whose reason is given';
