-- Of an edition that nobody was sent, pictures and spreadsheet are made when somebody looks at it.

alter table report.edition
    alter column chart drop not null,
    alter column pictures drop not null, alter column pictures drop default,
    alter column spreadsheet drop not null, alter column spreadsheet drop default;
comment on column report.edition.chart is 'PNG; empty: nothing to draw; null: not drawn yet, see message';
comment on column report.edition.pictures is 'PNG in Base64 by the id under which the page shows it; null: not drawn yet';
comment on column report.edition.spreadsheet is 'the tables as XLSX; empty for readers who get no mail; null: not written yet';
