-- What a group of one and many settles. It leaves nobody out, so nobody had a choice.
select
    '{one}' as side,
    one_id as record_id,
    many_id as counterpart_id,
    'group' as reason,
    '{rule}' as rule,
    cast(0 as bigint) as alternatives,
    match_group
from {star}
where is_first
union all
select
    '{many}' as side,
    many_id as record_id,
    one_id as counterpart_id,
    'group' as reason,
    '{rule}' as rule,
    cast(0 as bigint) as alternatives,
    match_group
from {star}
