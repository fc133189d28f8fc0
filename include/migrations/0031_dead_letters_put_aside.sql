-- A message that nobody can deliver any more is put aside by a person; digests name it no longer.

alter table notify.outbox
    add column put_aside_by   text,
    add column put_aside_at   timestamptz,
    add column put_aside_note text,
    add constraint outbox_put_aside_check check (
        num_nulls(put_aside_by, put_aside_at, put_aside_note) in (0, 3)
        and (put_aside_at is null or state = 'dead')
    );
comment on column notify.outbox.put_aside_by is 'who looked at a dead letter and will not have it sent; see the note';
create index outbox_dead on notify.outbox (outbox_id) where state = 'dead' and put_aside_at is null;
