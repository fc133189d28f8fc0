"""Which numbers each kind of audience reads, and how much of each topic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from breakwater.contracts.metrics import EXPOSURE

Kind = Literal["ops", "regional", "vendor", "policy", "executive", "wellbeing"]

AAS = "aas"
"""Stands for whichever metric the operation calls AAS."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind's page.

    Attributes:
        tiles: metrics of the headline numbers.
        columns: metrics of the table, the ones that a phone leaves out last.
        on_a_phone: how many of the columns a phone shows.
        trend: the metric drawn as bars.
        most_lines: conditions shown of each topic.
        has_promises: whether contract promises are a topic.
        is_about_people: whether what reviewers are exposed to is the one topic.
    """

    tiles: tuple[str, ...]
    columns: tuple[str, ...]
    on_a_phone: int
    trend: str
    most_lines: int
    has_promises: bool = True
    is_about_people: bool = False


_OPERATIONS = Layout(
    tiles=("sla_attainment", "manual_incoming", "backlog", "aht", AAS, "break_rate"),
    columns=("manual_incoming", "sla_attainment", "aht", "break_rate", "qa_accuracy"),
    on_a_phone=3,
    trend="sla_attainment",
    most_lines=6,
)

LAYOUTS: Mapping[Kind, Layout] = {
    "ops": _OPERATIONS,
    "regional": _OPERATIONS,
    "vendor": _OPERATIONS,
    "policy": Layout(
        tiles=(
            "total_solved",
            "break_rate",
            "qa_accuracy",
            "appeal_rate",
            "overturn_rate",
            "escalation_rate",
        ),
        columns=("total_solved", "break_rate", "qa_accuracy", "overturn_rate"),
        on_a_phone=3,
        trend="qa_accuracy",
        most_lines=6,
        has_promises=False,
    ),
    "executive": Layout(
        tiles=("sla_attainment", "total_solved", "backlog", "qa_accuracy", AAS, "break_rate"),
        columns=("manual_incoming", "sla_attainment", "qa_accuracy", "break_rate"),
        on_a_phone=3,
        trend="sla_attainment",
        most_lines=3,
    ),
    "wellbeing": Layout(
        tiles=tuple(EXPOSURE.values()),
        columns=tuple(EXPOSURE.values()),
        on_a_phone=3,
        trend=EXPOSURE["A"],
        most_lines=6,
        has_promises=False,
        is_about_people=True,
    ),
}

CHARTED = ("manual_incoming", "manual_solved", "sla_attainment")


def metrics_read(aas: str) -> tuple[str, ...]:
    """List every metric that some page shows, in order."""
    shown = {metric for layout in LAYOUTS.values() for metric in (*layout.tiles, *layout.columns)}
    return tuple(sorted({aas if metric == AAS else metric for metric in (*shown, *CHARTED)}))
