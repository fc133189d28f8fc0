-- Clocks that leave attainment because nobody is to answer for them, and open clocks that will be missed.

alter table measure.clock_exception
    add column excusal text,
    add column is_excused boolean not null default false,
    add constraint excused_by_something check (not is_excused or (excusal is not null and not is_due));
comment on column measure.clock_exception.excusal is
    'the first entry of excusals.yaml that the clock''s running time fell into; null when none';
comment on column measure.clock_exception.is_excused is
    'would have counted as missed in this day''s attainment, and was left out of it';

create table measure.breach_forecast (
    operational_day  date        not null,
    vendor           text        not null,
    as_of            timestamptz not null,
    clock            text        not null,
    case_id_vendor   text        not null,
    started_at       timestamptz not null,
    site             text        not null,
    queue            text        not null,
    due_at           timestamptz not null,
    standing         text        not null check (standing in ('waiting', 'passed_over', 'in_work', 'paused',
                                                              'elsewhere')),
    cases_ahead      bigint,
    pace_per_hour    double precision not null,
    pace_low         double precision not null,
    pace_high        double precision not null,
    expected_at      timestamptz,
    earliest_at      timestamptz,
    latest_at        timestamptz,
    likelihood       double precision not null check (likelihood between 0 and 1),
    likelihood_low   double precision not null,
    likelihood_high  double precision not null,
    alike_count      bigint      not null,
    will_breach      boolean     not null,
    primary key (operational_day, vendor, as_of, clock, case_id_vendor, started_at)
);
comment on table measure.breach_forecast is
    'Open clocks due within the horizon, as of an instant of the day or its end.';
comment on column measure.breach_forecast.expected_at is
    'when the line of its queue comes to the case; null for one that does not stand in it';
comment on column measure.breach_forecast.alike_count is
    'cases of the days before that stood alike, from which the likelihood was learned';
