-- Editions of weeks and months beside those of days.

alter table report.edition add column period text not null default 'day'
  check (period in ('day', 'week', 'month'));
comment on column report.edition.period is 'what it is about: operational_day alone, or the week or month that ends with it';

alter table report.edition drop constraint edition_pkey;
alter table report.edition add primary key (operational_day, period, audience, edition);
