-- Records of the platform's book that have no key, or one that does not name exactly one record in each
-- book. They are kept, because everything that takes a choice looks at them alone.
select *
from internal_record
where record_key is null or record_key in (select record_key from odd_key)
