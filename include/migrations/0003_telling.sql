-- Incidents, the outbox that makes telling exactly-once, and the editions of digests.

create schema notify;

create table notify.incident (
    incident_id     bigint generated always as identity primary key,
    fingerprint     text        not null unique,
    rule            text        not null,
    vendor          text,
    scope           jsonb       not null,
    operational_day date        not null,
    severity        text        not null check (severity in ('info', 'warning', 'major', 'critical')),
    state           text        not null check (state in ('open', 'acknowledged', 'snoozed', 'resolved')),
    value           double precision not null,
    facts           jsonb       not null,
    opened_at       timestamptz not null,
    updated_at      timestamptz not null
);

create table notify.incident_transition (
    transition_id bigint generated always as identity primary key,
    incident_id   bigint      not null references notify.incident,
    ordinal       integer     not null,
    from_state    text,
    to_state      text        not null,
    reason        text        not null,
    run_type      text        not null check (run_type in ('scheduled', 'manual', 'backfill')),
    happened_at   timestamptz not null,
    unique (incident_id, ordinal)
);

-- One row per (subject, transition, channel, recipient): written with what it tells about, in one
-- transaction. `delivery_key` is handed to the far end wherever it can carry one.
create table notify.outbox (
    outbox_id     bigint generated always as identity primary key,
    subject       text        not null,
    transition    text        not null,
    channel       text        not null check (channel in ('slack', 'email', 'file')),
    recipient     text        not null,
    thread_key    text        not null,
    operation     text        not null check (operation in ('post', 'update', 'reply')),
    payload       jsonb       not null,
    delivery_key  text        not null unique,
    state         text        not null default 'pending'
                  check (state in ('pending', 'sending', 'sent', 'dead')),
    attempts      integer     not null default 0,
    not_before    timestamptz not null,
    far_end_id    text,
    last_error    text,
    created_at    timestamptz not null,
    sent_at       timestamptz,
    unique (subject, transition, channel, recipient)
);
create index outbox_due on notify.outbox (not_before) where state in ('pending', 'sending');

-- Where the one living message of a thread is.
create table notify.living_message (
    thread_key text not null,
    channel    text not null,
    recipient  text not null,
    far_end_id text not null,
    address    text not null,
    primary key (thread_key, channel, recipient)
);

create schema report;

create table report.edition (
    operational_day date        not null,
    audience        text        not null,
    edition         integer     not null check (edition > 0),
    fingerprint     text        not null,
    subject         text        not null,
    message         jsonb       not null,
    html            text        not null,
    plain_text      text        not null,
    slack           jsonb       not null,
    chart           bytea       not null,
    published_at    timestamptz not null,
    primary key (operational_day, audience, edition)
);
