-- One pair a key: the nearest two; of equally near ones the earliest. (With gap and earliest instant
-- fixed both instants are: were the two ways round possible, there would be a pair with gap 0.)
select group_key as record_key, vendor_id, internal_id
from (
    select
        crowded_edge.*,
        row_number() over (
            partition by group_key order by gap, least(vendor_at, internal_at)
        ) as choice
    from crowded_edge
) ranked
where choice = 1
