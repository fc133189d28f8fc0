-- What backfills changed in silence is told once, in one line, when each is over.

create table notify.backfill (
    backfill_id bigint      generated always as identity primary key,
    started_by  text        not null,
    first_day   date        not null,
    last_day    date        not null,
    moves       jsonb       not null default '{}',
    began_at    timestamptz not null,
    ended_at    timestamptz not null,
    told_at     timestamptz,
    check (first_day <= last_day)
);
comment on column notify.backfill.moves is 'by rule, how many incidents moved and how: {"ReconBreaks": {"restated": 3}}';
comment on column notify.backfill.ended_at is 'when the last of its days was looked at, so far';
create index backfill_to_tell on notify.backfill (ended_at) where told_at is null;
