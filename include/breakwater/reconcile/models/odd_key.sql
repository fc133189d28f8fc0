-- Keys that do not name exactly one record in each book, with how many they name: about one in
-- ten. All others pair by a plain join, and nothing else is asked about them.
select record_key, vendor_count, internal_count
from (
    select
        record_key,
        -- Counting takes two thirds of what summing takes.
        count(vendor_one) as vendor_count,
        count(internal_one) as internal_count
    from (
        select record_key, 1 as vendor_one, cast(null as bigint) as internal_one
        from vendor_record
        union all
        select record_key, cast(null as bigint) as vendor_one, 1 as internal_one
        from internal_record
        where record_key is not null
    ) named
    group by record_key
) counted
where vendor_count <> 1 or internal_count <> 1
