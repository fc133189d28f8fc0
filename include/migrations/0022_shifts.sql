-- A vendor's export of shifts is a third kind of file of its day, beside its cases and our own log.

alter table landing.file_ledger
    drop constraint file_ledger_book_check,
    add constraint file_ledger_book_check check (book in ('vendor', 'internal', 'shifts'));
alter table landing.control_total
    drop constraint control_total_book_check,
    add constraint control_total_book_check check (book in ('vendor', 'internal', 'shifts'));
