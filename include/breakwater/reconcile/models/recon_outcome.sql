-- Where every record of both books ended: one row each, so two for a pair.
select * from internal_outcome
union all
select * from vendor_outcome
