-- What there is to account for, counted before anything is paired.
select
    'vendor' as side,
    cast(count(*) as bigint) as population,
    cast(0 as bigint) as borrowed,
    cast(0 as bigint) as brought_in
from vendor_record
union all
select
    'internal' as side,
    cast(count(*) as bigint) as population,
    (
        select cast(count(*) as bigint)
        from own_action
        where exists (select 1 from lent where lent.action_id = own_action.action_id)
    ) as borrowed,
    cast(coalesce(sum(case when is_borrowed then 1 else 0 end), 0) as bigint) as brought_in
from internal_record
