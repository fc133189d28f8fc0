-- The pictures of an edition besides its chart: an abnormal number among its days.

alter table report.edition add column pictures jsonb not null default '{}';
comment on column report.edition.pictures is 'PNG in Base64 by the id under which the page shows it';
