-- Left-over records that stay alone, and why.
select
    record.side,
    record.record_id,
    case
        when record.is_surplus or lead.internal_id is not null then 'surplus_of_key'
        when lead.record_id is not null then 'equally_near'
        else 'unpaired'
    end as rule
from left_over record
left join settled lead on lead.side = record.side and lead.record_id = record.lead_id
where lead.internal_id is null or record.record_id <> record.lead_id
