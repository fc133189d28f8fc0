-- The number of the slice that each case belongs to.
select case_slice.case_id_vendor, clock_slice.slice_id
from case_slice
join clock_slice
    on clock_slice.site = case_slice.site
    and clock_slice.queue = case_slice.queue
    and clock_slice.policy = case_slice.policy
    and clock_slice.language = case_slice.language
    and clock_slice.priority = case_slice.priority
    and clock_slice.market = case_slice.market
