-- Known events that people add besides those of events.yaml; they explain anomalies, and keep them from being
-- told when they say so.

create table detect.known_event (
    event        text        not null primary key check (event ~ '^[a-z][a-z0-9_]*$'),
    kind         text        not null check (kind in ('policy_launch', 'campaign', 'holiday', 'vendor_cutover',
                                                      'platform_outage', 'other')),
    title        text        not null,
    scope        jsonb       not null,
    first_day    date        not null,
    last_day     date,
    after_days   integer     not null check (after_days between 0 and 31),
    suppress     boolean     not null,
    tell_vendors boolean     not null,
    added_by     text        not null,
    added_at     timestamptz not null,
    ended_by     text,
    ended_at     timestamptz,
    withdrawn_by text,
    withdrawn_at timestamptz,
    check (last_day is null or first_day <= last_day)
);
comment on column detect.known_event.scope is 'values by field: vendors, sites, queues, policies, languages, priorities, metrics';
comment on column detect.known_event.withdrawn_at is 'when it was called a mistake; from then on it counts for no day';

alter table detect.score
    add column events text[] not null default '{}',
    drop constraint score_verdict_check,
    add constraint score_verdict_check
        check (verdict in ('missing', 'too_young', 'usual', 'too_few', 'too_small', 'onset', 'continuing',
                           'explained', 'welcome', 'known_event'));
comment on column detect.score.events is 'known events that an abnormal number coincides with';
