-- Pairs of one item whose halves lie on either side of a midnight: what both days leave alone. The vendor's
-- day counts both; the action's own day lends it.

create table reconcile.item_over_midnight (
    operational_day date not null,
    vendor          text not null,
    from_day        date not null check (from_day <> operational_day),
    record_id       text not null,
    action_id       text not null,
    rule            text not null,
    primary key (operational_day, vendor, action_id)
);
comment on column reconcile.item_over_midnight.operational_day is 'of the vendor''s record';
comment on column reconcile.item_over_midnight.from_day is 'of the action''s own instant';
comment on column reconcile.item_over_midnight.rule is 'which rule of the vendor''s day, by its name';
create index item_over_midnight_by_owner on reconcile.item_over_midnight (vendor, from_day);
