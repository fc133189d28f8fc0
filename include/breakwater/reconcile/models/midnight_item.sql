-- Items of such records that occur near midnight in the other book of a neighbouring day, too.
select item_id
from {lone}
where side = 'vendor'
    and item_id in (
        select item_id from {actions} where operational_day <> cast('{day}' as date)
    )
union
select item_id
from {lone}
where side = 'internal' and item_id in ({neighbours})
