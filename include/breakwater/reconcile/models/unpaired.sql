-- Left-over records that stay alone, and why. A copy follows the first record of its key: whatever
-- that one could have been, and is, the copy could have been.
select
    record.side,
    record.record_id,
    case
        when record.is_surplus or lead.reason in ('pair', 'group', 'surplus_of_key') then 'surplus_of_key'
        when lead.reason = 'equally_near' then 'equally_near'
        else 'unpaired'
    end as rule,
    case
        when record.is_surplus then record.alternatives
        when lead.reason in ('pair', 'group') then lead.alternatives + 1
        when lead.record_id is not null then lead.alternatives
        else 0
    end as alternatives
from left_over record
left join settled own on own.side = record.side and own.record_id = record.record_id
left join settled lead on lead.side = record.side and lead.record_id = record.lead_id
where own.counterpart_id is null
