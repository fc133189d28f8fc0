-- A score becomes a probability, and what a day was judged by is kept with it.

alter table detect.score add column span_days smallint;
alter table detect.score add column news double precision;

comment on column detect.score.score is
    '-log10 of the probability that chance alone brings such a day; null without an opinion, whose'
    ' reason is given. Scores of days closed before release 2026.12 are robust standard deviations';
comment on column detect.score.news is
    '-log10 of the probability that nothing begins on this day: low while what was told before lasts';
comment on column detect.score.span_days is
    'days that speak together, today last: 1 for a single day, 3 or 7 for a shift or a slow slide';

create table detect.run (
    operational_day date   primary key,
    first_day       date   not null,
    series          text[] not null,
    holidays        jsonb  not null,
    settings        jsonb  not null
);
comment on table detect.run is
    'what the scores of a day rest on: another membership, calendar or setting would give others';
comment on column detect.run.first_day is 'the days from this one on were read';
comment on column detect.run.series is 'who was judged together; series of a kind lend each other what they know';
comment on column detect.run.holidays is 'holidays in those days, by vendor';
