-- Groups in which both books have every decision equally often: the first of a decision with the
-- first, the second with the second. Each could as well have been any other of its decision.
with counted as (
    select
        group_key,
        part,
        decision,
        count(case when side = 'vendor' then 1 end) as vendor_count,
        count(case when side = 'internal' then 1 end) as internal_count,
        min(case when side = 'vendor' then record_id end) as first_id
    from {members}
    group by group_key, part, decision
),
agreed as (
    select group_key, part, min(first_id) as match_group
    from counted
    group by group_key, part
    having count(case when vendor_count <> internal_count or decision is null then 1 end) = 0
        and cast(sum(vendor_count) as bigint) > 1
),
placed as (
    select
        member.side,
        member.record_id,
        member.group_key,
        member.part,
        member.decision,
        agreed.match_group,
        row_number() over (
            partition by member.group_key, member.part, member.decision, member.side
            order by member.decided_at, member.record_id
        ) as place,
        count(*) over (
            partition by member.group_key, member.part, member.decision, member.side
        ) as alike
    from {members} member
    join agreed on agreed.group_key = member.group_key and agreed.part = member.part
)
select
    one.side,
    one.record_id,
    other.record_id as counterpart_id,
    'pair' as reason,
    '{rule}' as rule,
    one.alike - 1 as alternatives,
    one.match_group
from placed one
join placed other
    on other.group_key = one.group_key
    and other.part = one.part
    and other.decision = one.decision
    and other.place = one.place
    and other.side <> one.side
