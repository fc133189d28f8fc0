-- Keys that one of the books has more than once: about one in twenty. Only their records need
-- windows.
select record_key from odd_key where vendor_count > 1 or internal_count > 1
