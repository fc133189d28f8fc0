"""What a contender's scores are worth: events found, false alarms, and whether a p is a probability."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from breakwater.detect.panel import Flags, Floats
from detecting.panels import Case

BUDGET = 0.1
"""False-alarm episodes a series-month of thirty days."""
THRESHOLDS = 70
LASTING = ("shift_up", "shift_down", "ramp")
LARGEST_Z = 38.0
"""Beyond it a normal probability is zero in floating point."""


@dataclass(frozen=True, slots=True)
class Quality:
    """At one threshold: F1 of events, false-alarm episodes a series-month, median delay in days."""

    f1: float
    false_alarms: float
    delay: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A contender's scores of one case, n × scored days; `is_z`: in standard deviations."""

    case: Case
    scores: Floats
    threshold: float
    is_z: bool

    def of(self, rows: list[int]) -> "Told":
        """Return what was said of some series only."""
        return replace(self, case=self.case.of(rows), scores=self.scores[rows])


def quality(told: Sequence[Told], threshold: float) -> Quality:
    """Score the alerts at or above a threshold over several cases.

    An event is found by an alert from its start to its end. Alerts from there until people had time
    to get used to it count for nothing. Every other run of alerts, gaps of a day bridged, is a false
    alarm. Events of which every day is missing are left out.
    """
    found: list[bool] = []
    late: list[int] = []
    false, days = 0, 0
    for one in told:
        hist, y = one.case.panel.hist, one.case.panel.y
        alert = np.nan_to_num(one.scores, nan=-np.inf) >= threshold
        free = np.zeros(alert.shape, dtype=np.bool_)
        for event in one.case.events:
            free[event.series, event.start - hist : event.until + 1 - hist] = True
            if np.isnan(y[event.series, event.start : event.end + 1]).all():
                continue
            within = alert[event.series, event.start - hist : event.end + 1 - hist]
            found.append(bool(within.any()))
            if found[-1] and event.kind in LASTING:
                late.append(int(np.argmax(within)))
        false += _episodes(alert & ~free)
        days += int((~free).sum())
    right = sum(found)
    precision, recall = right / max(right + false, 1), right / max(len(found), 1)
    return Quality(
        f1=2 * precision * recall / max(precision + recall, 1e-9),
        false_alarms=false / (days / 30),
        delay=float(np.median(late)) if late else None,
    )


def at_budget(told: Sequence[Told]) -> Quality:
    """Score at the lowest threshold that keeps the budget of false alarms."""
    scores = np.concatenate([one.scores[np.isfinite(one.scores)] for one in told])
    levels = np.quantile(scores, 1 - np.geomspace(0.3, 2e-5, THRESHOLDS))
    for level in np.unique(levels):
        result = quality(told, float(level))
        if result.false_alarms <= BUDGET:
            return result
    return quality(told, math.inf)


def calibration(told: Sequence[Told], p: float) -> float:
    """Return how many times as often as it should a day is as rare as p where nothing happens."""
    rare = days = 0
    for one in told:
        known = np.isfinite(one.case.panel.y[:, one.case.panel.hist :])
        rare += int((_p_values(one) <= p)[known].sum())
        days += int(known.sum())
    return rare / days / p


def _p_values(told: Told) -> Floats:
    scores = np.nan_to_num(told.scores, nan=0.0, posinf=1e9)
    if not told.is_z:
        return np.asarray(10.0 ** -np.maximum(scores, 0.0))
    normal = np.vectorize(math.erfc, otypes=[np.float64])
    return np.asarray(normal(np.minimum(np.abs(scores), LARGEST_Z) / math.sqrt(2)))


def _episodes(alert: Flags) -> int:
    bridged = alert.copy()
    bridged[:, 1:-1] |= alert[:, :-2] & alert[:, 2:]
    begins = bridged.copy()
    begins[:, 1:] &= ~bridged[:, :-1]
    return int(begins.sum())
