-- Distributions by every dimension of the facts, so that percentiles of any roll-up can be read. Days that were
-- measured by queue alone keep their counts, as of a slice that nobody told, until they are measured again.

alter table measure.kpi_histogram
    add column site     text not null default 'unknown',
    add column policy   text not null default 'unknown',
    add column language text not null default 'unknown',
    add column priority text not null default 'unknown';
alter table measure.kpi_histogram
    alter column site     drop default,
    alter column policy   drop default,
    alter column language drop default,
    alter column priority drop default;
alter table measure.kpi_histogram
    drop constraint kpi_histogram_pkey,
    add primary key
        (operational_day, vendor, metric, site, queue, policy, language, priority, upper_seconds);
