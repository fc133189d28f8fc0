"""What follows from another number: backlog, waiting and lateness, once more work came or took longer.

One story is told once. Where arrivals or handling times of the same cases have just risen, more
backlog and longer waiting are what anybody would expect, and the message is about the rise. Where
the backlog itself has risen, longer waiting is the same story. The days after a holiday bring both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from breakwater.detect.facts import MetricFacts
from breakwater.detect.panel import Flags
from breakwater.detect.slices import Slice

ORDER: Mapping[str, int] = {
    "manual_incoming": 0,
    "aht": 0,
    "backlog": 1,
    "average_answer_speed": 2,
    "sla_attainment": 3,
}
"""What may follow from what: a metric only from the rise of one before it."""

CONSEQUENCES: Mapping[str, int] = {
    "average_answer_speed": 1,
    "backlog": 1,
    "sla_attainment": -1,
}
"""Metrics that follow, and the direction in which they do."""

AFTER_HOLIDAYS = frozenset({"average_answer_speed", "backlog"})
"""Metrics that rise by themselves when nobody worked. Attainment does not: clocks know holidays."""

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
    """Tell which changes follow from a rise in arrivals, handling time or backlog.

    Args:
        changes: what is abnormal today.
        rises: what rose within the last `ECHO_DAYS`.
        facts: by metric; they know which cases two slices share.

    Returns:
        The index of the cause by the index of what follows from it.
    """
    causes = [rise for rise in rises if rise.slice.metric in ORDER and rise.sign > 0]
    answer: dict[int, int] = {}
    for change in changes:
        if CONSEQUENCES.get(change.slice.metric) != change.sign:
            continue
        leaves = facts[change.slice.metric]
        # Of causes that share equally much the most specific one is named.
        shares = [
            (_shared(change.slice, cause.slice, leaves), len(cause.slice.scope), cause.index)
            for cause in causes
            if ORDER[cause.slice.metric] < ORDER[change.slice.metric]
        ]
        share, _, best = max(shares, default=(0.0, 0, -1))
        if share >= SHARED:
            answer[change.index] = best
    return answer


def follows_from_holiday(change: Change, off: Flags) -> int | None:
    """Return the day of the holiday that a change follows from; None when none does.

    Args:
        change: one abnormal slice.
        off: public holidays of its vendor, one flag a day, the last one is today.
    """
    is_rise = change.slice.metric in AFTER_HOLIDAYS and change.sign > 0
    recent = np.flatnonzero(off[-ECHO_DAYS - 1 :])
    if not is_rise or not len(recent):
        return None
    return max(len(off) - ECHO_DAYS - 1, 0) + int(recent[-1])


def _shared(one: Slice, other: Slice, facts: MetricFacts) -> float:
    """Return the share of a slice's recent cases that another slice's scope takes in."""
    size = facts.numerator[:, -ECHO_DAYS:].sum(axis=1)
    inside = facts.inside(dict(one.scope))
    whole = size[inside].sum()
    both = size[inside & facts.inside(dict(other.scope))].sum()
    return float(both / whole) if whole > 0 else 0.0
