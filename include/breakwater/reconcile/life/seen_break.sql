-- One row a break. Where both books have it, the vendor's record says what it is about. `place` orders
-- those that hang on the same anchor: what is no copy first, then by instant.
insert into seen_break
with main as (
    select distinct on (unit) *
    from seen_record
    order by unit, side desc, decided_at, record_id
),
halves as (
    select
        unit,
        min(record_id) filter (where side = 'vendor') as vendor_record,
        min(record_id) filter (where side = 'internal') as internal_record,
        min(record_key) filter (where side = 'internal') as internal_key,
        min(decision) filter (where side = 'vendor') as vendor_decision,
        min(decision) filter (where side = 'internal') as internal_decision,
        greatest(1, count(*) filter (where side = 'vendor')) as case_count,
        sum(handle_seconds)::bigint as handle_seconds
    from seen_record
    group by unit
),
joined as (
    select
        main.*,
        halves.vendor_record,
        halves.internal_record,
        halves.vendor_decision,
        halves.internal_decision,
        halves.case_count,
        halves.handle_seconds as all_handle_seconds,
        coalesce(
            'key ' || coalesce(main.record_key, halves.internal_key), 'action ' || main.record_id
        ) as anchor
    from main
    join halves using (unit)
)
select
    unit,
    anchor,
    row_number() over (
        partition by anchor order by rule = 'surplus_of_key', decided_at, side desc, record_id
    ),
    joined.outcome,
    rule,
    site,
    joined.queue,
    policy,
    language,
    record_key,
    item_id,
    vendor_record,
    internal_record,
    vendor_decision,
    internal_decision,
    decided_at,
    drift_seconds,
    enforcement_seconds,
    differences,
    direction,
    case_count,
    all_handle_seconds,
    grave.severity,
    case when price.currency is null then null else round(
        price.per_case * case_count + price.per_minute * coalesce(all_handle_seconds, 0) / 60, 2
    ) end,
    price.currency
from joined
left join unnest(%(queues)s::text[], %(queue_tiers)s::text[]) as unusual (queue, tier)
    on unusual.queue = joined.queue
join unnest(
    %(outcomes)s::text[], %(tiers)s::text[], %(weaker)s::boolean[], %(severities)s::text[]
) as grave (outcome, tier, is_weaker, severity)
    on grave.outcome = joined.outcome
    and grave.tier = coalesce(unusual.tier, %(usual_tier)s)
    and grave.is_weaker = coalesce(joined.direction = 'vendor_weaker', false)
cross join (
    select
        %(currency)s::text as currency,
        %(per_case)s::numeric as per_case,
        %(per_minute)s::numeric as per_minute
) price
