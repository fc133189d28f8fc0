-- What the vendor's own system promised each case: the longest promise, of those that were told before
-- the one in force had passed. With `passed_by` where a further one was told too late: the day that
-- told it began at that instant, and a clock that was running then has run out.
with promise as (
    select
        told.case_id_vendor,
        told.event_at as due_at,
        -- What was told before the days that are known was told early enough.
        min(coalesce(day.starts_at, 0)) as told_from
    from told_promise told
    left join promise_day day on day.operational_day = told.operational_day
    join clock_place place on place.case_id_vendor = told.case_id_vendor
    group by told.case_id_vendor, told.event_at
),
-- Few promises are moved, and only those are worth a window function.
moved as (
    select case_id_vendor from promise group by case_id_vendor having count(*) > 1
),
ordered as (
    select
        promise.case_id_vendor,
        max(promise.due_at) over (
            partition by promise.case_id_vendor
            order by promise.told_from, promise.due_at desc
            rows between unbounded preceding and current row
        ) as due_at,
        lead(promise.told_from) over (
            partition by promise.case_id_vendor order by promise.told_from, promise.due_at desc
        ) as next_from
    from promise
    join moved on moved.case_id_vendor = promise.case_id_vendor
)
select case_id_vendor, due_at, next_from as passed_by from ordered where due_at < next_from
union all
select case_id_vendor, max(due_at), cast(null as bigint) from promise group by case_id_vendor
