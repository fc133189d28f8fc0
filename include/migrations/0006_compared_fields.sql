-- Which fields of a pair differ, and which side decided more strictly.

alter table reconcile.recon_break
    add column differences text,
    add column direction text check (direction in ('vendor_stricter', 'vendor_weaker'));
comment on column reconcile.recon_break.differences is
    'names of the fields that differ, in the order of contracts/comparison.py, separated by commas';
comment on column reconcile.recon_break.direction is
    'whose decision is the stricter one, by the order of the decisions; null where they agree';
