-- Records of the vendor's book whose key does not name exactly one record in each book. They are kept,
-- because everything that takes a choice looks at them alone.
select *
from vendor_record
where record_key in (select record_key from odd_key)
