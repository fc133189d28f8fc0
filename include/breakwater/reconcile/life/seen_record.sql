-- Every row of the day's breaks, with the break it belongs to: a pair is one, under the vendor's
-- record, and so is a group of one and many. A group of many and many is pairs, each with a class of
-- its own; its halves are as many on either side.
insert into seen_record
with star as (
    select match_group
    from reconcile.recon_break
    where operational_day = %(day)s and vendor = %(vendor)s and match_group is not null
    group by match_group
    having count(*) filter (where side = 'vendor') <> count(*) filter (where side = 'internal')
)
select
    case
        when star.match_group is not null then 'group ' || star.match_group
        when found.side = 'vendor' then 'vendor ' || found.record_id
        when found.counterpart_id is not null then 'vendor ' || found.counterpart_id
        else 'internal ' || found.record_id
    end as unit,
    found.side,
    found.record_id,
    found.record_key,
    found.item_id,
    found.outcome,
    found.rule,
    found.site,
    found.queue,
    found.policy,
    found.language,
    found.decision,
    found.decided_at,
    found.drift_seconds,
    found.enforcement_seconds,
    found.differences,
    found.direction,
    source.handle_seconds,
    case when found.side = 'vendor' then source.source_sha256 else %(log_sha256)s end,
    source.source_row
from reconcile.recon_break found
left join star using (match_group)
left join break_source source on found.side = 'vendor' and source.record_id = found.record_id
where found.operational_day = %(day)s and found.vendor = %(vendor)s
