-- Pictures of alerts: written as numbers with the message, drawn once before it is sent.

create table notify.picture (
    picture_id text  primary key check (length(picture_id) = 64),
    data       jsonb not null,
    png        bytea,
    problem    text,
    check (png is null or problem is null)
);
comment on column notify.picture.picture_id is 'SHA-256 of what it shows; mails that show the same have one';
comment on column notify.picture.data is 'what it shows, see breakwater.pictures.data';
comment on column notify.picture.png is 'null: not drawn yet, unless there is a problem';
comment on column notify.picture.problem is 'why it could not be drawn; its mails went without it';
