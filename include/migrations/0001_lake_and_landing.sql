-- Files as received, the pointers that make lake partitions current, and what landing found.

create schema lake;

-- One row per version of a partition. Readers take the row whose superseded_at is null; `as_of`
-- takes the one that was current at an instant. A version that nobody points at is swept.
create table lake.partition (
    partition_id    bigint generated always as identity primary key,
    table_name      text        not null,
    operational_day date        not null,
    vendor          text        not null,
    delivered_day   date        not null,
    path            text        not null,
    row_count       bigint      not null check (row_count >= 0),
    sha256          text        not null check (length(sha256) = 64),
    current_from    timestamptz not null,
    superseded_at   timestamptz check (superseded_at >= current_from)
);
comment on column lake.partition.delivered_day is
    'day of the export that delivered the rows; a late record lands in its own operational day';
create unique index partition_current on lake.partition
    (table_name, operational_day, vendor, delivered_day) where superseded_at is null;

create schema landing;

create table landing.file_ledger (
    file_id         bigint generated always as identity primary key,
    vendor          text        not null,
    operational_day date        not null,
    book            text        not null check (book in ('vendor', 'internal')),
    name            text        not null,
    sha256          text        not null check (length(sha256) = 64),
    size_bytes      bigint      not null check (size_bytes >= 0),
    raw_path        text        not null,
    manifest        jsonb,
    delivered_at    timestamptz not null,
    fetched_at      timestamptz not null,
    is_late         boolean     not null,
    unique (vendor, operational_day, book, name, sha256)
);
comment on table landing.file_ledger is
    'Every distinct content ever fetched; a changed file under the same name is a new row.';

create table landing.control_total (
    vendor           text   not null,
    operational_day  date   not null,
    book             text   not null check (book in ('vendor', 'internal')),
    file_name        text   not null,
    sha256           text   not null,
    declared_rows    bigint,
    physical_rows    bigint not null,
    landed_rows      bigint not null,
    quarantined_rows bigint not null,
    primary key (vendor, operational_day, book, sha256),
    check (physical_rows = landed_rows + quarantined_rows)
);

create table landing.quarantine_record (
    vendor          text     not null,
    operational_day date     not null,
    book            text     not null,
    file_name       text     not null,
    sha256          text     not null,
    source_row      bigint   not null,
    reasons         text[]   not null check (cardinality(reasons) > 0),
    row_sha256      text     not null,
    primary key (vendor, operational_day, book, sha256, source_row)
);
comment on table landing.quarantine_record is
    'Index of refused records; the raw line itself stays in the lake.';
