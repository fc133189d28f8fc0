-- Every record of the many with the one, as pairs; the one tells its own row but once.
select
    vendor_side.*,
    internal_side.*,
    star.rule as pairing,
    star.match_group,
    star.tells_vendor,
    star.tells_internal
from star
join vendor_side on vendor_side.vendor_id = star.vendor_record
join internal_side on internal_side.internal_id = star.internal_record
