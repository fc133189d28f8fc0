-- What made a pair and what else it could have been; pairs that are only suggested.

alter table reconcile.recon_break add column alternatives bigint not null default 0
    check (alternatives >= 0);
alter table reconcile.recon_break add column match_group text;
comment on column reconcile.recon_break.alternatives is
    'records of the other book that the same rule could have paired it with as well';
comment on column reconcile.recon_break.match_group is
    'shared by the records of a group; null in a plain pair';

create table reconcile.suggestion (
    operational_day date   not null,
    vendor          text   not null,
    vendor_record   text   not null,
    internal_record text   not null,
    score           double precision not null check (score > 0 and score <= 1),
    compared_field  text   not null check (compared_field in ('record_key', 'item_id')),
    rule            text   not null,
    primary key (operational_day, vendor, vendor_record, internal_record)
);
comment on table reconcile.suggestion is
    'Records of both books that nothing paired and whose ids are alike: a person decides.';
