-- Groups of one {one} record and several of the other book: each of those carries the same decision
-- or an allowed one, and at least one the same. `is_first` is the nearest with the same decision.
with sized as (
    select
        group_key,
        part,
        min(case when side = '{one}' then record_id end) as one_id,
        min(case when side = '{one}' then decision end) as one_decision,
        min(case when side = '{one}' then decided_at end) as one_at,
        min(case when side = 'vendor' then record_id end) as match_group
    from {members}
    group by group_key, part
    having count(case when side = '{one}' then 1 end) = 1
        and count(case when side = '{many}' then 1 end) > 1
),
agreed as (
    select sized.group_key, sized.part
    from sized
    join {members} many
        on many.group_key = sized.group_key and many.part = sized.part and many.side = '{many}'
    group by sized.group_key, sized.part
    having count(case when many.decision = sized.one_decision then 1 end) > 0
        and count(case when many.decision = sized.one_decision or many.decision in ({allowed}) then 1 end)
            = count(*)
)
select
    sized.match_group,
    sized.one_id,
    many.record_id as many_id,
    row_number() over (
        partition by sized.group_key, sized.part
        order by
            case when many.decision = sized.one_decision then 0 else 1 end,
            abs(many.decided_at - sized.one_at),
            many.record_id
    ) = 1 as is_first
from sized
join agreed on agreed.group_key = sized.group_key and agreed.part = sized.part
join {members} many
    on many.group_key = sized.group_key and many.part = sized.part and many.side = '{many}'
