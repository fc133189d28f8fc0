"""What follows from another number: waiting, backlog and lateness, once more work came or took longer.

One story is told once. Where arrivals or handling times of the same cases have just risen, longer
waiting is what anybody would expect, and the message is about the rise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from breakwater.detect.facts import MetricFacts
from breakwater.detect.slices import Slice

CAUSES = frozenset({"manual_incoming", "aht"})
CONSEQUENCES: Mapping[str, int] = {
    "average_answer_speed": 1,
    "backlog": 1,
    "sla_attainment": -1,
}
"""Metrics that follow, and the direction in which they do."""

ECHO_DAYS = 3
"""How long after the last day of a rise its consequences still come."""

SHARED = 0.5
"""Share of the cases in question that must be those of the rise."""


@dataclass(frozen=True, slots=True)
class Change:
    """One abnormal slice: its place among the series, what it is, and its direction."""

    index: int
    slice: Slice
    sign: int


def follows_from(
    changes: Iterable[Change], rises: Iterable[Change], facts: Mapping[str, MetricFacts]
) -> dict[int, int]:
    """Tell which changes follow from a rise in arrivals or handling time.

    Args:
        changes: what is abnormal today.
        rises: arrivals and handling times that rose within the last `ECHO_DAYS`.
        facts: by metric; they know which cases two slices share.

    Returns:
        The index of the cause by the index of what follows from it.
    """
    causes = [rise for rise in rises if rise.slice.metric in CAUSES and rise.sign > 0]
    answer: dict[int, int] = {}
    for change in changes:
        if CONSEQUENCES.get(change.slice.metric) != change.sign:
            continue
        leaves = facts[change.slice.metric]
        # Of causes that share equally much the most specific one is named.
        shares = [
            (_shared(change.slice, cause.slice, leaves), len(cause.slice.scope), cause.index)
            for cause in causes
        ]
        share, _, best = max(shares, default=(0.0, 0, -1))
        if share >= SHARED:
            answer[change.index] = best
    return answer


def _shared(one: Slice, other: Slice, facts: MetricFacts) -> float:
    """Return the share of a slice's recent cases that another slice's scope takes in."""
    size = facts.numerator[:, -ECHO_DAYS:].sum(axis=1)
    inside = facts.inside(dict(one.scope))
    whole = size[inside].sum()
    both = size[inside & facts.inside(dict(other.scope))].sum()
    return float(both / whole) if whole > 0 else 0.0
