"""What follows from another number: lateness from more work, missed planted items from worse decisions.

One story is told once. Where arrivals or handling times of the same cases have just risen, more
backlog and longer waiting are what anybody would expect, and the message is about the rise. Where
the backlog itself has risen, longer waiting is the same story. The days after a holiday bring both. And where the
decisions of some cases have just become worse, so do the answers to planted items among them, and
critical errors come more often.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from breakwater.contracts.metrics import METRICS
from breakwater.detect.facts import MetricFacts
from breakwater.detect.panel import Flags
from breakwater.detect.slices import Slice

Move = tuple[str, int]
"""A metric and the direction in which it changes: -1 or 1."""

_MORE_WORK = frozenset({("manual_incoming", 1), ("aht", 1)})
_FULLER = _MORE_WORK | {("backlog", 1)}
_WORSE = frozenset({("qa_accuracy", -1)})

FOLLOWS: Mapping[Move, frozenset[Move]] = {
    ("backlog", 1): _MORE_WORK,
    ("average_answer_speed", 1): _FULLER,
    ("sla_attainment", -1): _FULLER | {("average_answer_speed", 1)},
    ("golden_set_accuracy", -1): _WORSE,
    ("critical_error_rate", 1): _WORSE | {("golden_set_accuracy", -1)},
}
"""What may follow from what; never both ways round."""

CAUSES: frozenset[Move] = frozenset().union(*FOLLOWS.values())

SELDOM_ALONE = frozenset({"average_answer_speed", "backlog", "sla_attainment"})
"""Metrics that mostly follow from others: what of them was abnormal was seldom told."""

AFTER_HOLIDAYS = frozenset({"average_answer_speed", "backlog"})
"""Metrics that rise by themselves when nobody worked. Attainment does not: clocks know holidays."""

ECHO_DAYS = 3
"""How long after the last day of a change its consequences still come."""

SHARED = 0.5
"""Share of the cases in question that must be those of the cause."""


@dataclass(frozen=True, slots=True)
class Change:
    """One abnormal slice: its place among the series, what it is, and its direction."""

    index: int
    slice: Slice
    sign: int

    @property
    def move(self) -> Move:
        """What changes, and in which direction."""
        return self.slice.metric, self.sign


def follows_from(
    changes: Iterable[Change], before: Iterable[Change], facts: Mapping[str, MetricFacts]
) -> dict[int, int]:
    """Tell which changes follow from others, such as a backlog from more arrivals.

    Args:
        changes: what is abnormal today.
        before: what became abnormal within the last `ECHO_DAYS`.
        facts: by metric; they know which cases two slices share.

    Returns:
        The index of the cause by the index of what follows from it.
    """
    causes = [cause for cause in before if cause.move in CAUSES]
    answer: dict[int, int] = {}
    for change in changes:
        reasons = FOLLOWS.get(change.move)
        if reasons is None:
            continue
        leaves = facts[change.slice.metric]
        # Of causes that share equally much the most specific one is named.
        shares = [
            (_shared(change.slice, cause.slice, leaves), len(cause.slice.scope), cause.index)
            for cause in causes
            if cause.move in reasons
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
    # Of a share that fell its own numerator would hide the cases that made it fall.
    cases = facts.denominator if METRICS[facts.metric].kind == "rate" else facts.numerator
    size = cases[:, -ECHO_DAYS:].sum(axis=1)
    inside = facts.inside(dict(one.scope))
    whole = size[inside].sum()
    both = size[inside & facts.inside(dict(other.scope))].sum()
    return float(both / whole) if whole > 0 else 0.0
