-- Breaks live: one row a break from the day it is first seen until it is closed, and its history.

create table reconcile.break_life (
    break_id        text        not null primary key check (break_id ~ '^[0-9a-f]{16}$'),
    vendor          text        not null,
    operational_day date        not null,
    anchor          text        not null,
    ordinal         bigint      not null check (ordinal > 0),
    outcome         text        not null,
    rule            text        not null,
    site            text        not null,
    queue           text        not null,
    policy          text,
    language        text        not null,
    record_key      text,
    item_id         text        not null,
    vendor_record   text,
    internal_record text,
    vendor_decision text,
    internal_decision text,
    decided_at      timestamptz not null,
    drift_seconds   bigint,
    enforcement_seconds bigint,
    differences     text,
    direction       text,
    case_count      bigint      not null check (case_count > 0),
    handle_seconds  bigint,
    severity        text        not null check (severity in ('info', 'warning', 'major', 'critical')),
    amount          numeric,
    currency        text,
    cause           text,
    cause_numbers   jsonb,
    is_present      boolean     not null default true,
    disposition     text        not null default 'open'
                    check (disposition in ('open', 'explained', 'disputed', 'accepted')),
    closed_rule     text,
    is_kept_open    boolean     not null default false,
    state           text        not null generated always as (
                        case
                            when disposition = 'accepted' then 'accepted'
                            when closed_rule is not null then 'auto_closed'
                            else disposition
                        end
                    ) stored,
    owner           text,
    first_seen_at   timestamptz not null,
    last_seen_at    timestamptz,
    unique (vendor, operational_day, anchor, ordinal),
    check ((amount is null) = (currency is null)),
    check (is_present = (last_seen_at is null)),
    check (is_present or closed_rule is not null)
);
comment on column reconcile.break_life.anchor is
    'what the break hangs on whatever becomes of it: the key that both books know, else our own id';
comment on column reconcile.break_life.disposition is
    'what people decided last; reconciling again never changes it';
comment on column reconcile.break_life.closed_rule is
    'late_data, corrected or joined once the books no longer have it, else a rule of configuration';
comment on column reconcile.break_life.is_kept_open is
    'a person reopened it: rules of configuration leave it alone';
comment on column reconcile.break_life.last_seen_at is
    'null while the books have it: then break_watch says when it was seen last';
comment on column reconcile.break_life.cause is 'what probably caused it; cause_numbers say why';
create index break_life_carried on reconcile.break_life (vendor, operational_day)
    where state in ('open', 'explained', 'disputed');

-- The rows in which a break can be read, of both books; those of the last time it was there.
create table reconcile.break_record (
    break_id      text   not null references reconcile.break_life,
    side          text   not null check (side in ('vendor', 'internal')),
    record_id     text   not null,
    source_sha256 text,
    source_row    bigint,
    primary key (break_id, side, record_id)
);
comment on column reconcile.break_record.source_sha256 is 'hash of the file as received';

create table reconcile.break_history (
    history_id bigint      generated always as identity primary key,
    break_id   text        not null references reconcile.break_life,
    at         timestamptz not null,
    actor      text        not null,
    what       text        not null check (what in (
        'opened', 'reclassified', 'reopened', 'auto_closed',
        'assigned', 'explained', 'disputed', 'accepted', 'noted')),
    state      text        not null,
    outcome    text        not null,
    detail     jsonb       not null default '{}'
);
comment on column reconcile.break_history.actor is 'a person, or breakwater for what followed by itself';
comment on column reconcile.break_history.state is 'after it; outcome likewise';
create index break_history_by_break on reconcile.break_history (break_id, history_id);
create index break_history_by_instant on reconcile.break_history (at) where what = 'auto_closed';

create function reconcile.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'break_history is append-only';
end $$;
create trigger break_history_is_append_only before update or delete on reconcile.break_history
    for each row execute function reconcile.refuse_change();

-- When a vendor-day's books were compared last: what is there was seen then.
create table reconcile.break_watch (
    vendor          text        not null,
    operational_day date        not null,
    seen_at         timestamptz not null,
    primary key (vendor, operational_day)
);
