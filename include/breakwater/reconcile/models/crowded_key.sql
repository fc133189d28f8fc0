-- Keys that one of the books has more than once: about one in twenty. Only their records need
-- windows; all others pair by a plain join.
select record_key from vendor_record group by record_key having count(*) > 1
union
select record_key from internal_record where record_key is not null group by record_key having count(*) > 1
