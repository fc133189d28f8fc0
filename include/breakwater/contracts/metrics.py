"""The metrics the warehouse carries: id, unit, denominator, and which way is better.

Definitions follow the field; where a term has no public definition its full name is the id.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One number people know by name.

    Attributes:
        metric: its id in ``measure.kpi_fact``.
        title: what people read.
        kind: ``count`` and ``level`` are sums of numerators; ``rate`` and ``mean`` are the sum of
            numerators over the sum of denominators. A level is a state at the day's end and does
            not add up over days.
        unit: of the value that people read.
        numerator: what is summed above the line.
        denominator: what is summed below it, or None.
        better: the direction in which the operation improves, or None when neither is.
    """

    metric: str
    title: str
    kind: Literal["count", "level", "rate", "mean"]
    unit: Literal["cases", "seconds", "rate", "hours"]
    numerator: str
    denominator: str | None
    better: Literal["lower", "higher"] | None


METRICS: dict[str, Metric] = {
    metric.metric: metric
    for metric in (
        Metric(
            "total_incoming",
            "Total incoming",
            "count",
            "cases",
            "cases received in the day",
            None,
            None,
        ),
        Metric(
            "manual_incoming",
            "Manual incoming",
            "count",
            "cases",
            "received and ever queued for people",
            None,
            None,
        ),
        Metric(
            "reopened_incoming",
            "Re-opened incoming",
            "count",
            "cases",
            "re-opens in the day",
            None,
            "lower",
        ),
        Metric(
            "total_solved",
            "Total solved",
            "count",
            "cases",
            "final decision in the day",
            None,
            None,
        ),
        Metric(
            "manual_solved", "Manual solved", "count", "cases", "solved by a person", None, None
        ),
        Metric(
            "backlog",
            "Backlog",
            "level",
            "cases",
            "received and undecided at the day's end",
            None,
            "lower",
        ),
        Metric(
            "aht",
            "AHT (average handle time)",
            "mean",
            "seconds",
            "active handling seconds incl. wrap-up",
            "cases handled by people",
            "lower",
        ),
        Metric(
            "average_answer_speed",
            "Average answer speed",
            "mean",
            "seconds",
            "queued to first manual decision",
            "cases with a manual decision",
            "lower",
        ),
        Metric(
            "average_age_at_solve",
            "Average age at solve",
            "mean",
            "seconds",
            "received to final decision",
            "cases solved",
            "lower",
        ),
        Metric(
            "average_agent_solves",
            "Average agent solves",
            "mean",
            "cases",
            "cases solved by people",
            "agent-days",
            "higher",
        ),
        Metric(
            "asa",
            "ASA (average speed of answer)",
            "mean",
            "seconds",
            "queued to picked up",
            "cases picked up",
            "lower",
        ),
        Metric(
            "turnaround",
            "Turnaround time",
            "mean",
            "seconds",
            "received to final decision, calendar time",
            "cases solved by people",
            "lower",
        ),
        Metric(
            "sla_attainment",
            "SLA attainment",
            "rate",
            "rate",
            "contract clocks met",
            "contract clocks due, open ones past due included",
            "higher",
        ),
        Metric(
            "escalation_rate",
            "Escalation rate",
            "rate",
            "rate",
            "cases escalated",
            "cases solved by people",
            None,
        ),
        Metric(
            "reopen_rate",
            "Re-open rate",
            "rate",
            "rate",
            "cases re-opened",
            "cases solved",
            "lower",
        ),
        Metric(
            "appeal_rate",
            "Appeal rate",
            "rate",
            "rate",
            "appeals received",
            "appealable actions",
            None,
        ),
        Metric(
            "overturn_rate",
            "Overturn rate",
            "rate",
            "rate",
            "appeals overturned",
            "appeals decided",
            "lower",
        ),
        Metric(
            "qa_accuracy",
            "QA accuracy",
            "rate",
            "rate",
            "sampled decisions upheld",
            "decisions sampled",
            "higher",
        ),
        Metric(
            "calibration_delta",
            "Calibration delta",
            "mean",
            "rate",
            "vendor QA score minus re-score",
            "decisions re-scored",
            "lower",
        ),
        Metric(
            "break_rate",
            "Break rate",
            "rate",
            "rate",
            "records that ended in a break",
            "records of the vendor's book",
            "lower",
        ),
        Metric(
            "exposure_hours",
            "Exposure hours",
            "count",
            "hours",
            "handling hours in severity tier A queues",
            None,
            "lower",
        ),
    )
}
