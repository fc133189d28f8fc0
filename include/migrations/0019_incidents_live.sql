-- Incidents live: what people say of one (acknowledged, snoozed, resolved) stands beside what runs find, and both
-- leave a history that nobody changes.

alter table notify.incident
    add column word          text check (word in ('acknowledged', 'snoozed', 'resolved')),
    add column word_by       text,
    add column word_at       timestamptz,
    add column word_until    timestamptz,
    add column word_note     text not null default '',
    add column word_severity text check (word_severity in ('info', 'warning', 'major', 'critical')),
    add column good_runs     integer not null default 0 check (good_runs >= 0),
    add column good_at       timestamptz,
    add constraint incident_word_is_whole check (
        (word is null) = (word_by is null)
        and (word is null) = (word_at is null)
        and (word is null) = (word_severity is null)
        and (word is not null or word_until is null)
        and (word is null or word = 'resolved' or word_until is not null)
    ),
    add constraint incident_word_fits_state check (word is null or (word = 'resolved') = (state = 'resolved')),
    add constraint incident_good_runs_are_dated check ((good_runs = 0) = (good_at is null));
comment on column notify.incident.word is
    'what a person said last; it counts until word_until, and a snooze only while it is no graver than word_severity';
comment on column notify.incident.good_runs is
    'runs in a row that did not find it while it was still taken for open; good_at is the last of them';
create index incident_word_ends on notify.incident (word_until) where state = 'open' and word is not null;

alter table notify.incident_transition
    add column actor text not null default 'breakwater',
    add column via   text not null default 'run' check (via in ('run', 'command_line', 'link')),
    add column until timestamptz,
    add column note  text not null default '',
    alter column run_type drop not null,
    alter column paging drop not null,
    drop constraint incident_transition_kind_check,
    add constraint incident_transition_kind_check check (kind in (
        'opened', 'worsened', 'eased', 'restated', 'resolved', 'reopened',
        'acknowledged', 'snoozed', 'lapsed', 'noted')),
    add constraint incident_transition_by_a_run check ((via = 'run') or (run_type is null and paging is null));
comment on column notify.incident_transition.actor is 'a person, or breakwater for what followed by itself';
comment on column notify.incident_transition.kind is
    'lapsed: what a person had said counts no longer, because its time is over or because it got worse';

create function notify.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'incident_transition is append-only';
end $$;
create trigger incident_transition_is_append_only before update or delete on notify.incident_transition
    for each row execute function notify.refuse_change();
