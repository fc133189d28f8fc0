-- What exports of later days brought for this day. An export may repeat what was delivered before;
-- equal rows have equal ids, so a repetition is not a second record.
select
    event_id as record_id,
    record_key,
    item_id,
    site,
    queue,
    policy,
    language,
    decision,
    event_at as decided_at,
    decision is null and (event_type = 'decided' or decision_code_vendor is not null) as is_unknown
from (
    select
        late.*,
        row_number() over (partition by event_id order by source_sha256, source_row) as repetition
    from case_event_late late
    where event_type in (select event_type from book_event_type)
        and not exists (select 1 from case_event own where own.event_id = late.event_id)
) numbered
where repetition = 1
