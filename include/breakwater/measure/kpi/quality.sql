-- What audits say: qa_accuracy, golden_set_accuracy, critical_errors, critical_error_rate,
-- calibration_delta, qa_agreement with the shares that either side upholds.
select site, queue, policy, language, priority, 'qa_accuracy' as metric,
    upheld as numerator, sampled as denominator
from audit where sampled > 0
union all
select site, queue, policy, language, priority, 'golden_set_accuracy', answered_right, planted
from audit where planted > 0
union all
select site, queue, policy, language, priority, 'critical_errors', critical_errors,
    cast(null as double precision)
from audit where searched > 0
union all
select site, queue, policy, language, priority, 'critical_error_rate', faulted, searched
from audit where searched > 0
union all
select site, queue, policy, language, priority, 'calibration_delta', delta, scored_twice
from audit where scored_twice > 0
union all
select site, queue, policy, language, priority, 'qa_agreement', agreed, scored_twice
from audit where scored_twice > 0
union all
select site, queue, policy, language, priority, 'qa_upheld_by_vendor', upheld_by_vendor, scored_twice
from audit where scored_twice > 0
union all
select site, queue, policy, language, priority, 'qa_upheld_by_us', upheld_by_us, scored_twice
from audit where scored_twice > 0
