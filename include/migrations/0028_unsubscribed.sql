-- Addresses that want no digest any more, though the configuration names them.

create table report.unsubscribed (
    audience        text        not null,
    address         text        not null,
    unsubscribed_at timestamptz not null,
    primary key (audience, address)
);
comment on table report.unsubscribed is 'written by the link in a mail; breakwater subscriptions --restore takes a row out';
