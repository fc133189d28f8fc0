-- Closed breaks are kept for a while, see `retention.closed_break_days`: a break goes with its evidence
-- and its history or not at all, and one that is carried forward never goes.

alter table reconcile.break_record
    drop constraint break_record_break_id_fkey,
    add constraint break_record_break_id_fkey
        foreign key (break_id) references reconcile.break_life on delete cascade;
alter table reconcile.break_history
    drop constraint break_history_break_id_fkey,
    add constraint break_history_break_id_fkey
        foreign key (break_id) references reconcile.break_life on delete cascade;

create or replace function reconcile.refuse_change() returns trigger language plpgsql as $$
begin
    -- Its break is gone already, so this row goes with it.
    if tg_op = 'DELETE' and not exists (
        select from reconcile.break_life life where life.break_id = old.break_id
    ) then
        return old;
    end if;
    raise exception 'break_history is append-only';
end $$;

create function reconcile.refuse_to_forget() returns trigger language plpgsql as $$
begin
    if old.state in ('open', 'explained', 'disputed') then
        raise exception 'break % is carried forward: only a closed one may be deleted', old.break_id;
    end if;
    return old;
end $$;
create trigger break_life_keeps_what_is_carried before delete on reconcile.break_life
    for each row execute function reconcile.refuse_to_forget();
