-- Pairs by how far the vendor's instant lies from ours, site by site.
select site, drift_seconds, cast(count(*) as bigint) as pair_count
from written
where side = 'vendor' and drift_seconds is not null
group by site, drift_seconds
