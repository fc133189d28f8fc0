-- Outcomes in which the books disagree.
select *
from written
where outcome not in ('matched', 'matched_within_tolerance')
