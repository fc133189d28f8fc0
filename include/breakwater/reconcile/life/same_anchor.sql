-- Of the rest, those that hang on the same anchor, in their order: a record that was corrected.
insert into identified
with known as (
    select
        life.break_id,
        life.anchor,
        case when %(same_class)s then life.outcome end as class,
        row_number() over (
            partition by life.anchor, case when %(same_class)s then life.outcome end
            order by not life.is_present, life.rule = 'surplus_of_key', life.ordinal
        ) as turn
    from reconcile.break_life life
    where life.vendor = %(vendor)s
        and life.operational_day = %(day)s
        and not exists (select 1 from identified where identified.break_id = life.break_id)
),
seen as (
    select
        unit,
        anchor,
        case when %(same_class)s then outcome end as class,
        row_number() over (
            partition by anchor, case when %(same_class)s then outcome end order by place
        ) as turn
    from seen_break
    where not exists (select 1 from identified where identified.unit = seen_break.unit)
)
select seen.unit, known.break_id
from seen
join known
    on known.anchor = seen.anchor
    and known.class is not distinct from seen.class
    and known.turn = seen.turn
