-- Keys that do not name exactly one record in each book, with how many they name: about one in
-- ten. All others pair by a plain join, and nothing else is asked about them.
select record_key, vendor_count, internal_count
from (
    select
        record_key,
        cast(sum(vendor_one) as bigint) as vendor_count,
        cast(sum(internal_one) as bigint) as internal_count
    from (
        select record_key, 1 as vendor_one, 0 as internal_one
        from vendor_record
        union all
        select record_key, 0 as vendor_one, 1 as internal_one
        from internal_record
        where record_key is not null
    ) named
    group by record_key
) counted
where vendor_count <> 1 or internal_count <> 1
