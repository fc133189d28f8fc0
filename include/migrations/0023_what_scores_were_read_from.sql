-- Which history a day was judged by, so that it can be seen when that is not what is there any more.

alter table detect.run
    add column content text,
    add column read jsonb,
    add column events text;
comment on column detect.run.content is
    'a hash of the day''s own facts when it was judged; null: judged before this was kept';
comment on column detect.run.read is
    'the same of every day that was read, by day; another content there by now makes the day out of date';
comment on column detect.run.events is 'a hash of the known events that touch the days that were read';
