-- Cases whose place in the backlog did not come about by coming in, coming back or being solved.
-- `earlier` is the backlog that the day began with. A case of it that moved is told by both queues;
-- `residue` is 1 for one that is in the day's book and was in no backlog, -1 for one that was and is
-- neither open nor solved now.
with carried as (
    select
        coalesce(case_day.queue, earlier.queue) as queue,
        earlier.queue as from_queue,
        coalesce(is_open + is_solved - is_incoming - is_returned, 0)
            - case when earlier.case_id_vendor is null then 0 else 1 end as residue
    from case_day
    full join earlier on earlier.case_id_vendor = case_day.case_id_vendor
)
select queue, from_queue, cast(residue as bigint) as residue, cast(count(*) as bigint) as case_count
from carried
where residue <> 0 or from_queue <> queue
group by queue, from_queue, residue
