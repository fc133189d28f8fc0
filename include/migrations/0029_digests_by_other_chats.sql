-- Digests go to further chats, for audiences that name a room there.

alter table report.edition add column others jsonb not null default '{}';
comment on column report.edition.others is
    'its message for each further channel that its audience named when it was published, by channel: what is told later is what was kept';
