-- Open records of groups that both books have open, copies too. `part` counts the pauses before a
-- record that are longer than the window: records with the same one belong together.
with member as (
    select side, record_id, {group_key} as group_key, decided_at, decision
    from {opened}
),
step as (
    select
        member.*,
        case
            when decided_at - lag(decided_at) over (partition by group_key order by decided_at) > {window}
                then 1
            else 0
        end as is_start
    from member
    where group_key in (select group_key from member where side = 'vendor')
        and group_key in (select group_key from member where side = 'internal')
)
select
    side,
    record_id,
    group_key,
    decided_at,
    decision,
    -- Records of one second have the same sum: the frame ends with the last of them.
    cast(sum(is_start) over (
        partition by group_key order by decided_at
        range between unbounded preceding and current row
    ) as bigint) as part
from step
