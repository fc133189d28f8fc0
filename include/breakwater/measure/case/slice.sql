-- Every slice that occurs, with the instant before which no calendar is needed.
select site, queue, policy, language, priority, market, min(first_at) as first_at
from case_slice
group by site, queue, policy, language, priority, market
