-- News that people are told later: who waits for what, until when. A run that may page writes it; the
-- instant may be the end of a recipient's night, the end of a group's wait, or the next reminder.
create table notify.waiting (
    operational_day date        not null,
    channel         text        not null,
    recipient       text        not null,
    thread_key      text        not null,
    members         jsonb       not null check (jsonb_typeof(members) = 'array'),
    reason          text        not null,
    since           timestamptz not null,
    due_at          timestamptz not null,
    primary key (operational_day, channel, recipient, thread_key)
);
create index waiting_due on notify.waiting (due_at);
comment on column notify.waiting.members is
    'fingerprints of the incidents; what is told is decided anew when it is due';

-- A chain of people that are told one after the other until somebody acknowledges.
create table notify.escalation (
    fingerprint     text        not null primary key references notify.incident,
    operational_day date        not null,
    escalation      text        not null,
    started_at      timestamptz not null,
    steps           integer     not null check (steps >= 0),
    due_at          timestamptz
);
create index escalation_due on notify.escalation (due_at) where due_at is not null;
create index escalation_by_day on notify.escalation (operational_day);
comment on column notify.escalation.due_at is 'when the next step is; null after the last one';

-- Who is on call, as last worked out from on_call.yaml and the calendars it names.
create table notify.on_call_turn (
    rota      text        not null,
    begins_at timestamptz not null,
    ends_at   timestamptz not null check (ends_at > begins_at),
    team      text        not null,
    source    text        not null check (source in ('shifts', 'calendar', 'override')),
    primary key (rota, begins_at, team)
);
create table notify.on_call_reading (
    rota     text        not null primary key,
    read_at  timestamptz not null,
    problem  text
);
comment on column notify.on_call_reading.problem is
    'why the calendar could not be read then; the turns read before stay in force';
