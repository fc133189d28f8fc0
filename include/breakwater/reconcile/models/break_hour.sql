-- Both books by the hour, read back from what was written: what was decided, and what went wrong.
-- Pending is what has no instant of enforcement.
select
    decided_at - mod(decided_at, 3600) as hour_start,
    cast(count(case when side = 'vendor' then 1 end) as bigint) as vendor_count,
    cast(count(case when side = 'internal' then 1 end) as bigint) as internal_count,
    cast(count(case when outcome = 'missing_internal' then 1 end) as bigint) as missing_internal,
    cast(count(case when outcome = 'missing_vendor' then 1 end) as bigint) as missing_vendor,
    cast(count(
        case
            when side = 'internal' and outcome = 'enforcement_failed' then 1
            when side = 'internal' and outcome = 'late_enforcement' and enforcement_seconds is null then 1
        end
    ) as bigint) as failed,
    min(case when side = 'vendor' then decided_at end) as vendor_first,
    max(case when side = 'vendor' then decided_at end) as vendor_last,
    min(case when side = 'internal' then decided_at end) as internal_first,
    max(case when side = 'internal' then decided_at end) as internal_last
from written
group by decided_at - mod(decided_at, 3600)
