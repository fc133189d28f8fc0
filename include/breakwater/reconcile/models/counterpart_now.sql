-- Records of breaks that are gone, or others of their keys, that have a counterpart by now.
select side, record_id, record_key
from written
where counterpart_id is not null
    and (
        record_id in (select record_id from gone_record)
        or record_key in (select record_key from gone_record)
    )
