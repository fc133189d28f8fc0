-- What a day was fetched from and landed of, when it consists of many files, states and corrections.

-- How far a feed of records has come with a day: a fetch that ended half-way goes on from here.
create table landing.fetch_progress (
    vendor          text        not null,
    operational_day date        not null,
    part            integer     not null check (part > 0),
    cursor          jsonb       not null,
    row_count       bigint      not null check (row_count >= 0),
    raw_path        text        not null,
    fetched_at      timestamptz not null,
    primary key (vendor, operational_day, part)
);
comment on column landing.fetch_progress.cursor is
    'where the part after this one starts, as the far end names it; {"end": true} after the last';

alter table landing.file_ledger add column has_records boolean not null default true;
comment on column landing.file_ledger.has_records is
    'false for a file of no records: equal bytes on two quiet days are no duplicate';
create index file_ledger_by_content on landing.file_ledger (vendor, sha256);

alter table landing.control_total
    add column released_rows bigint not null default 0,
    add column rejected_rows bigint not null default 0,
    add column derived_records bigint not null default 0;
alter table landing.control_total drop constraint control_total_check;
alter table landing.control_total
    add constraint control_total_check
    check (physical_rows = landed_rows + quarantined_rows + rejected_rows);
-- Two files of a day may have the same content under two names.
alter table landing.control_total
    drop constraint control_total_pkey,
    add primary key (vendor, operational_day, book, sha256, file_name);
alter table landing.quarantine_record
    drop constraint quarantine_record_pkey,
    add primary key (vendor, operational_day, book, sha256, file_name, source_row);
comment on column landing.control_total.rejected_rows is
    'rows that the contract leaves out, that a later file replaced, or that say nothing new';
comment on column landing.control_total.released_rows is
    'of the landed rows, those that a person corrected after they had been in quarantine';
comment on column landing.control_total.derived_records is
    'records that no row stands for: what left a queue between two listings';

-- A row that a person corrected: it lands with these cells instead of those of the file.
create table landing.correction (
    correction_id   bigint generated always as identity primary key,
    vendor          text        not null,
    operational_day date        not null,
    sha256          text        not null check (length(sha256) = 64),
    source_row      bigint      not null check (source_row > 0),
    cells           jsonb       not null,
    corrected_by    text        not null,
    note            text        not null,
    corrected_at    timestamptz not null
);
create index correction_by_day on landing.correction (vendor, operational_day);
comment on table landing.correction is
    'The newest correction of a row counts; earlier ones stay for the record.';

-- The header of each file that landed, in its order.
create table landing.layout (
    vendor          text   not null,
    operational_day date   not null,
    sha256          text   not null,
    columns         text[] not null,
    primary key (vendor, operational_day, sha256)
);

-- Days whose input changed after they were closed.
create table operations.stale_day (
    operational_day date        not null,
    vendor          text        not null,
    reason          text        not null,
    marked_at       timestamptz not null,
    primary key (operational_day, vendor)
);

-- What a day said before and after it was closed again.
create table measure.restatement (
    restatement_id  bigint generated always as identity primary key,
    operational_day date        not null,
    vendors         text[]      not null,
    reasons         jsonb       not null,
    before          jsonb       not null,
    after           jsonb       not null,
    difference      jsonb       not null,
    restated_at     timestamptz not null
);
create index restatement_by_day on measure.restatement (operational_day);

-- Until now an export put its rows straight into `case_event`. What it delivered is kept apart now:
-- the same files, under the name that days are composed from. A day's book is its own partition
-- alone; rows of later exports join it when the day is composed the next time.
insert into lake.partition (table_name, operational_day, vendor, delivered_day, path, row_count,
    sha256, current_from)
select 'case_delivery', operational_day, vendor, delivered_day, path, row_count, sha256,
    current_from
from lake.partition
where table_name = 'case_event' and superseded_at is null;
update lake.partition
set superseded_at = greatest(current_from, current_timestamp)
where table_name = 'case_event' and superseded_at is null and delivered_day <> operational_day;
