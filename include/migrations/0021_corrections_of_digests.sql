-- What readers were sent, so that a correction is weighed against that; and the spreadsheet.

alter table report.edition add column told_at timestamptz;
comment on column report.edition.told_at is 'instant its messages were written to the outbox; null: nobody was sent it';

update report.edition as edition set told_at = sent.first_at
  from (select subject, transition, min(created_at) as first_at from notify.outbox
        group by subject, transition) as sent
 where sent.subject = 'digest/' || edition.audience || '/' || edition.operational_day
   and sent.transition = 'edition-' || edition.edition;

alter table report.edition add column spreadsheet bytea not null default '';
comment on column report.edition.spreadsheet is 'the tables as XLSX; empty for readers who get no mail';
