-- Every record of the many with the one, as pairs; the one tells its own row but once.
select
    vendor.*,
    internal.*,
    star.rule as pairing,
    star.match_group,
    star.tells_vendor,
    star.tells_internal
from star
join odd_vendor_side vendor on vendor.vendor_id = star.vendor_record
join odd_internal_side internal on internal.internal_id = star.internal_record
