"""The metrics the warehouse carries: id, unit, denominator, and which way is better.

Definitions follow the field; where a term has no public definition its full name is the id. Every
metric is a pair of sums over cases, so that any roll-up of slices, vendors or days is a sum too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from breakwater.core.vocabulary import EventType

Provenance = Literal["measured", "reported", "typed_in"]
AGREEMENT, UPHELD_BY_VENDOR, UPHELD_BY_US = (
    "qa_agreement",
    "qa_upheld_by_vendor",
    "qa_upheld_by_us",
)
"""Of cases that were scored by both sides: these three give kappa and alpha of any roll-up."""
AAS = "aas"
"""Has no public definition; an operation says which metric it means."""


EXPOSURE: dict[Literal["A", "B", "C"], str] = {
    "A": "exposure_hours",
    "B": "exposure_hours_b",
    "C": "exposure_hours_c",
}
"""Metric of exposure by severity tier; the gravest came first and kept the plain name."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number people know by name.

    Attributes:
        metric: its id in ``measure.kpi_fact``.
        title: what people read.
        kind: ``count`` and ``level`` are sums of numerators; ``rate`` and ``mean`` are the sum of
            numerators over the sum of denominators, which may be zero. A level is a state at the
            day's end and does not add up over days; an ``extreme`` is one, too, and the largest of
            its parts instead of their sum.
        unit: of the value that people read.
        numerator: what is summed above the line.
        denominator: what is summed below it, or None.
        better: the direction in which the operation improves, or None when neither is.
        needs: events a vendor must report for the number to mean anything. A vendor that reports
            none of them has no row, rather than a zero that reads like good news.
        note: what is easily got wrong.
        provenance: ``measured``: counted here from the vendor's events. ``reported``: what is added
            up is a quantity that the vendor states itself, a handling time or an audit's score.
            ``typed_in``: people entered it; no metric of the registry is.
        revision: raised whenever the same events would give another number.
        distribution: its name in ``measure.kpi_histogram``, where percentiles are read, or None.
        fields: optional columns that a vendor's contract must name, as `needs` is for events.
        is_sample: whether it is a share of a sample that stands for more than itself, and so is
            known within an interval only.
    """

    metric: str
    title: str
    kind: Literal["count", "level", "extreme", "rate", "mean"]
    unit: Literal["cases", "seconds", "rate", "hours"]
    numerator: str
    denominator: str | None
    better: Literal["lower", "higher"] | None
    needs: tuple[EventType, ...] = ()
    note: str = ""
    provenance: Provenance = "measured"
    revision: int = 1
    distribution: str | None = None
    fields: tuple[str, ...] = ()
    is_sample: bool = False

    def is_told_by(self, events: Collection[str], fields: Collection[str]) -> bool:
        """Tell whether an export of such events and optional columns can tell this metric."""
        return set(self.needs) <= set(events) and set(self.fields) <= set(fields)

    @property
    def is_of_shifts(self) -> bool:
        """Whether it comes from the export of shifts, which may be missing by itself."""
        return any(field.startswith("shifts.") for field in self.fields)

    @property
    def is_hourly(self) -> bool:
        """Whether the lake's ``kpi_hour`` has it, too."""
        return self.metric in HOURLY

    @property
    def definition(self) -> str:
        """What a number is quoted with, as in ``aht/1``: the metric and the revision of its meaning."""
        return f"{self.metric}/{self.revision}"

    @property
    def coverage(self) -> str:
        """Which vendors a number of this metric speaks for."""
        asked = (*self.needs, *self.fields)
        told = f" that report {', '.join(asked)}" if asked else ""
        return f"vendors measured of the vendors active{told}"

    def value(self, numerator: float, denominator: float | None) -> float | None:
        """Return what people read, of sums over any roll-up; None where the denominator is zero."""
        if self.denominator is None:
            return numerator
        return numerator / denominator if denominator else None


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
            note="Cases, not rows and not user reports; a re-open is counted apart.",
        ),
        Metric(
            "manual_incoming",
            "Manual incoming",
            "count",
            "cases",
            "cases received in the day and queued for people by its end",
            None,
            None,
            needs=(EventType.QUEUED,),
            note="Read from the routing, never inferred from who closed the case.",
        ),
        Metric(
            "reopened_incoming",
            "Re-opened incoming",
            "count",
            "cases",
            "re-opens in the day",
            None,
            "lower",
            needs=(EventType.REOPENED,),
            note="Each re-open counts; none is in total incoming.",
        ),
        Metric(
            "returned",
            "Returned to the backlog",
            "count",
            "cases",
            "cases solved before the day and re-opened in it",
            None,
            "lower",
            needs=(EventType.REOPENED,),
            note="backlog = backlog of the day before + incoming + returned - solved.",
        ),
        Metric(
            "total_solved",
            "Total solved",
            "count",
            "cases",
            "cases whose final decision fell in the day",
            None,
            None,
            note="A decision that was re-opened by the day's end was not final.",
        ),
        Metric(
            "manual_solved",
            "Manual solved",
            "count",
            "cases",
            "cases whose final decision fell in the day and was a person's",
            None,
            None,
        ),
        Metric(
            "net_flow",
            "Net flow",
            "count",
            "cases",
            "cases received minus cases solved",
            None,
            None,
            note="Negative when backlog is worked off.",
        ),
        Metric(
            "clearance_rate",
            "Clearance",
            "rate",
            "rate",
            "cases solved",
            "cases received in the day",
            "higher",
            note="Passes 100 % when backlog is worked off.",
        ),
        Metric(
            "backlog",
            "Backlog",
            "level",
            "cases",
            "cases received and undecided at the day's end",
            None,
            "lower",
            note="At midnight of the operation's zone, whatever daylight saving does.",
        ),
        Metric(
            "backlog_age",
            "Backlog age",
            "mean",
            "seconds",
            "received to the day's end, of undecided cases",
            "cases undecided at the day's end",
            "lower",
            distribution="backlog_age",
        ),
        Metric(
            "backlog_oldest",
            "Oldest of the backlog",
            "extreme",
            "seconds",
            "received to the day's end, of the undecided case that waits longest",
            None,
            "lower",
        ),
        Metric(
            "backlog_past_due",
            "Backlog past due",
            "rate",
            "rate",
            "undecided cases with a contract clock past due",
            "cases undecided at the day's end",
            "lower",
        ),
        Metric(
            "aht",
            "AHT (average handle time)",
            "mean",
            "seconds",
            "active handling seconds incl. wrap-up, of people's decisions in the day",
            "cases people decided in the day whose handling is known",
            "lower",
            note="Not turnaround: idle and waiting are left out.",
            provenance="reported",
        ),
        Metric(
            "average_answer_speed",
            "Average answer speed",
            "mean",
            "seconds",
            "queued to first manual decision",
            "cases whose first manual decision fell in the day",
            "lower",
            needs=(EventType.QUEUED,),
        ),
        Metric(
            "average_age_at_solve",
            "Average age at solve",
            "mean",
            "seconds",
            "received to final decision",
            "cases solved",
            "lower",
            note="Automation included.",
        ),
        Metric(
            "average_agent_solves",
            "Average agent solves",
            "mean",
            "cases",
            "cases solved by a known person",
            "agent-days",
            "higher",
            note="An agent-day is split over slices as the agent's solves are, so that it adds up.",
        ),
        Metric(
            "asa",
            "ASA (average speed of answer)",
            "mean",
            "seconds",
            "queued to picked up",
            "cases first picked up in the day",
            "lower",
            needs=(EventType.QUEUED, EventType.ASSIGNED),
        ),
        Metric(
            "time_to_first_action",
            "Time to first action",
            "mean",
            "seconds",
            "received to first decision",
            "cases whose first decision fell in the day",
            "lower",
            note="A re-open does not restart it; turnaround runs to the final decision.",
        ),
        Metric(
            "turnaround",
            "Turnaround time",
            "mean",
            "seconds",
            "received to final decision, calendar time",
            "cases solved by people",
            "lower",
            note="Percentiles come from the histogram; the mean hides the tail.",
            distribution="turnaround",
        ),
        Metric(
            "turnaround_business",
            "Turnaround in business time",
            "mean",
            "seconds",
            "received to final decision, in hours in which the case's site is open",
            "cases solved by people at sites whose calendar ever opens",
            "lower",
            note="By the calendar in force on the day of the decision; pauses are not left out.",
            distribution="turnaround_business",
        ),
        Metric(
            "sla_attainment",
            "SLA attainment",
            "rate",
            "rate",
            "contract clocks met",
            "contract clocks due, open ones past due included",
            "higher",
            note="Due and still open counts as missed; otherwise backlog flatters the number.",
        ),
        Metric(
            "escalation_rate",
            "Escalation rate",
            "rate",
            "rate",
            "of them, cases ever escalated",
            "cases solved by people",
            None,
            needs=(EventType.ESCALATED,),
        ),
        Metric(
            "reopen_rate",
            "Re-open rate",
            "rate",
            "rate",
            "cases re-opened in the day",
            "cases solved",
            "lower",
            needs=(EventType.REOPENED,),
        ),
        Metric(
            "appeal_rate",
            "Appeal rate",
            "rate",
            "rate",
            "appeals received in the day",
            "cases solved with an action",
            None,
            needs=(EventType.APPEALED,),
            note="By the day of the appeal: workload, not the quality of that day's decisions.",
        ),
        Metric(
            "overturn_rate",
            "Overturn rate",
            "rate",
            "rate",
            "appeals overturned",
            "appeals decided in the day",
            "lower",
            needs=(EventType.APPEAL_DECIDED,),
        ),
        Metric(
            "qa_accuracy",
            "QA accuracy",
            "rate",
            "rate",
            "sampled decisions upheld",
            "decisions sampled in the day",
            "higher",
            needs=(EventType.QA_SCORED,),
            note="A score between 0 and 1 upholds in part. The denominator is the sample size;"
            " planted items are no part of it.",
            provenance="reported",
            is_sample=True,
        ),
        Metric(
            "golden_set_accuracy",
            "Golden-set accuracy",
            "rate",
            "rate",
            "planted items answered right",
            "planted items scored in the day",
            "higher",
            needs=(EventType.QA_SCORED,),
            fields=("qa_is_golden",),
            note="Items whose right answer was known beforehand; reviewers do not know which. They"
            " are in the volumes as any other case.",
            provenance="reported",
            is_sample=True,
        ),
        Metric(
            "critical_errors",
            "Critical errors",
            "count",
            "cases",
            "critical errors that audits of the day found, planted items left out",
            None,
            "lower",
            needs=(EventType.QA_SCORED,),
            fields=("qa_critical_errors",),
            note="Of the sample alone: it grows with the number of audits.",
            provenance="reported",
        ),
        Metric(
            "critical_error_rate",
            "Critical error rate",
            "rate",
            "rate",
            "sampled decisions with a critical error",
            "decisions sampled in the day whose critical errors were counted",
            "lower",
            needs=(EventType.QA_SCORED,),
            fields=("qa_critical_errors",),
            note="A good score with a critical error is still one; accuracy hides it.",
            provenance="reported",
            is_sample=True,
        ),
        Metric(
            "calibration_delta",
            "Calibration delta",
            "mean",
            "rate",
            "vendor's QA score minus ours on the same case",
            "decisions re-scored in the day",
            "lower",
            needs=(EventType.QA_SCORED, EventType.QA_RESCORED),
            note="Above zero the vendor is kinder to itself than we are.",
            provenance="reported",
        ),
        Metric(
            AGREEMENT,
            "Agreement of audits",
            "rate",
            "rate",
            "of them, cases in which the vendor's audit and ours came to one verdict",
            "decisions re-scored in the day",
            "higher",
            needs=(EventType.QA_SCORED, EventType.QA_RESCORED),
            note="A verdict upholds from half of the full mark on. Told with Cohen's kappa and"
            " Krippendorff's alpha: where nearly all is upheld, most agreement is chance.",
            is_sample=True,
        ),
        Metric(
            UPHELD_BY_VENDOR,
            "Upheld by the vendor's audit",
            "rate",
            "rate",
            "of them, decisions that the vendor's audit upheld",
            "decisions re-scored in the day",
            None,
            needs=(EventType.QA_SCORED, EventType.QA_RESCORED),
            note="What chance alone would agree on is read from it, for any roll-up.",
            is_sample=True,
        ),
        Metric(
            UPHELD_BY_US,
            "Upheld by our re-score",
            "rate",
            "rate",
            "of them, decisions that our re-score upheld",
            "decisions re-scored in the day",
            None,
            needs=(EventType.QA_SCORED, EventType.QA_RESCORED),
            note="As above.",
            is_sample=True,
        ),
        Metric(
            "occupancy",
            "Occupancy",
            "rate",
            "rate",
            "handling time",
            "handling time and time ready for a case",
            None,
            fields=("shifts.handling_seconds", "shifts.available_seconds"),
            note="Breaks, training and meetings are in neither. Above some 85 % people tire.",
            provenance="reported",
        ),
        Metric(
            "utilisation",
            "Utilisation",
            "rate",
            "rate",
            "handling time and time ready for a case",
            "paid time",
            "higher",
            fields=(
                "shifts.handling_seconds",
                "shifts.available_seconds",
                "shifts.paid_seconds",
            ),
            note="Of paid time: not 1 - shrinkage, which is of scheduled time.",
            provenance="reported",
        ),
        Metric(
            "shrinkage",
            "Shrinkage",
            "rate",
            "rate",
            "scheduled time that was neither handling nor ready",
            "scheduled time",
            "lower",
            fields=("shifts.handling_seconds", "shifts.available_seconds"),
            note="To staff for it divide by 1 - shrinkage; times 1 + shrinkage is too few. Overtime of"
            " one reviewer makes up for nobody else.",
            provenance="reported",
        ),
        Metric(
            "schedule_adherence",
            "Schedule adherence",
            "rate",
            "rate",
            "scheduled time spent in the planned state",
            "scheduled time",
            "higher",
            fields=("shifts.adherent_seconds",),
            note="Moment by moment; how much was worked in all is conformance.",
            provenance="reported",
        ),
        Metric(
            "schedule_conformance",
            "Schedule conformance",
            "rate",
            "rate",
            "time logged in",
            "scheduled time",
            None,
            fields=("shifts.logged_in_seconds",),
            note="Passes 100 % with overtime, whenever it was worked.",
            provenance="reported",
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
        *(
            Metric(
                metric,
                f"Exposure hours, tier {tier}",
                "count",
                "hours",
                f"handling hours in severity tier {tier} queues",
                None,
                "lower",
                note="Published in aggregate only, never by person.",
                provenance="reported",
            )
            for tier, metric in EXPOSURE.items()
        ),
    )
}

HOURLY = (
    "total_incoming",
    "manual_incoming",
    "total_solved",
    "manual_solved",
    "backlog",
    "aht",
    "average_answer_speed",
    "asa",
    "sla_attainment",
)
"""What is kept by the hour as well; a day is the sum of its hours, and a level that of the last."""

REVISIONS = {each.metric: each.revision for each in METRICS.values() if each.revision > 1}
"""By which definitions metrics are measured today; what is not named is the first."""


def metric_named(name: str, aas: str) -> Metric:
    """Return the metric of a name that people type.

    Args:
        name: an id of the registry, or ``aas``.
        aas: which metric the operation calls AAS.

    Raises:
        KeyError: there is none.
    """
    return METRICS[aas if name == AAS else name]
