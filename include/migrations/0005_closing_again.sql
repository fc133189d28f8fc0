-- What a closed day said when its input changed, and received files whose bytes are gone.

alter table operations.stale_day
    add column figures jsonb not null default '{}',
    add column since timestamptz not null default current_timestamp;
comment on column operations.stale_day.figures is
    'what the day said when it became stale: kept here, so that a killed closing loses nothing';
comment on column operations.stale_day.marked_at is
    'moves on with every new mark, so that a closing takes away only what it has seen';

alter table landing.file_ledger add column removed_at timestamptz;
comment on column landing.file_ledger.removed_at is
    'when retention deleted the bytes; the row stays, and the day cannot be landed from it again';
