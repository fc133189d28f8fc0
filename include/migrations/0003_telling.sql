-- Incidents, the outbox that makes telling exactly-once, and the editions of digests.

create schema notify;

-- One condition on one operational day; found again, it is the same row.
create table notify.incident (
    fingerprint     text        not null primary key,
    rule            text        not null,
    vendor          text,
    scope           jsonb       not null,
    operational_day date        not null,
    severity        text        not null check (severity in ('info', 'warning', 'major', 'critical')),
    state           text        not null check (state in ('open', 'resolved')),
    value           double precision not null,
    unit            text        not null,
    threshold       double precision,
    expected        double precision,
    detail          jsonb       not null,
    hidden_by       text,
    opened_at       timestamptz not null,
    updated_at      timestamptz not null
);
create index incident_by_day on notify.incident (operational_day, rule);
comment on column notify.incident.hidden_by is
    'why nobody is told while it is open: inhibited/<rule of the cause> or silenced/<name>';

create table notify.incident_transition (
    fingerprint text        not null references notify.incident,
    ordinal     integer     not null check (ordinal > 0),
    kind        text        not null
                check (kind in ('opened', 'worsened', 'eased', 'restated', 'resolved', 'reopened')),
    severity    text        not null,
    value       double precision not null,
    run_type    text        not null check (run_type in ('scheduled', 'manual', 'backfill')),
    paging      text        not null,
    happened_at timestamptz not null,
    primary key (fingerprint, ordinal)
);
comment on column notify.incident_transition.paging is
    'why this run might tell people, or why not; see breakwater.notify.page';

-- What a recipient was last told about a thread: deciding whether to tell again needs nothing else.
create table notify.telling (
    thread_key      text        not null,
    channel         text        not null,
    recipient       text        not null,
    operational_day date        not null,
    ordinal         integer     not null check (ordinal > 0),
    members         jsonb       not null,
    told_at         timestamptz not null,
    primary key (thread_key, channel, recipient)
);
create index telling_by_day on notify.telling (operational_day);

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
    delivery_key  text        not null unique check (length(delivery_key) = 64),
    state         text        not null default 'pending'
                  check (state in ('pending', 'sending', 'sent', 'dead')),
    attempts      integer     not null default 0,
    not_before    timestamptz not null,
    far_end_id    text,
    last_error    text,
    created_at    timestamptz not null,
    sent_at       timestamptz,
    unique (subject, transition, channel, recipient),
    check ((state = 'sent') = (sent_at is not null and far_end_id is not null))
);
comment on column notify.outbox.state is
    'sending: an attempt began and its outcome is not known; see breakwater.warehouse.outbox';
create index outbox_due on notify.outbox (thread_key, channel, recipient, outbox_id)
    where state in ('pending', 'sending');

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
