"""What the first two weeks say: where each series starts, and the week its kind has in common."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import (
    BACKLOG,
    COUNT,
    MEAN,
    RATE,
    TIME,
    WAIT,
    Flags,
    Floats,
    Integers,
    Panel,
)
from breakwater.detect.panel.belief import HOLIDAY, LEVEL, MONDAY, SWING, WEEK, Belief
from breakwater.detect.panel.robust import MAD_TO_SD, median
from breakwater.detect.panel.scale import Scale

BEGINNING_DAYS = 14

OWN_HABIT = {COUNT: 0.2, BACKLOG: 0.1, RATE: 0.05, MEAN: 0.1, WAIT: 0.5, TIME: 0.05}
"""How far a series' weekday usually is from its kind's, as a standard deviation on the scale.

Anything from half to twice as much gives the same quality; nothing at all does not.
"""

SWING_OF_STOCKS = 2.0
"""Variance of a passing swing over the noise of a day. What is left of yesterday is still there
today: only a stock carries over, a day's arrivals do not."""

HABIT_OF_ITS_OWN = 1.0
"""On every such weekday so far further from its kind than this: it does not follow its kind.

Of a logarithm it is a third; a queue that closes at weekends is far beyond.
"""

_VAGUE = 4.0
_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Beginning:
    """Where n series start.

    Attributes:
        belief: the parts before the first day of the panel is learned.
        scatter: variance of a series' days over that of `Scale.variance`, per series.
        swing: variance of the passing swing over the noise of a day.
        known: series that have a level; the others start with their first value.
    """

    belief: Belief
    scatter: Floats
    swing: Floats
    known: Flags


def begin(panel: Panel, x: Floats, scale: Scale) -> Beginning:
    """Read the first two weeks in which anything was reported, holidays left out."""
    first = first_day(x)
    last = min(first + BEGINNING_DAYS, panel.hist)
    days, weekdays = x[:, first:last], panel.dow[first:last]
    days = np.where(panel.hol[panel.region][:, first:last], np.nan, days)
    level, habit, own = _week(panel, days, weekdays)
    known = np.isfinite(level)
    level = np.nan_to_num(level)
    usual_den = median(np.where(panel.den[:, first:last] > 0, panel.den[:, first:last], np.nan), 1)
    noise = scale.variance(level, usual_den)
    away = (days - level[:, None] - habit[:, weekdays]) / np.sqrt(noise)[:, None]
    scatter = np.ones(len(x))
    for kind in np.unique(panel.kind):
        rows = panel.kind == kind
        spread = MAD_TO_SD * median(np.abs(away[rows]).reshape(1, -1), axis=1)[0]
        scatter[rows] = spread**2 if np.isfinite(spread) and spread > 0 else 1.0
    noise *= scatter
    swing = np.where(panel.kind == BACKLOG, SWING_OF_STOCKS, 0.0)
    belief = Belief.empty(len(x))
    belief.mean[:, LEVEL] = level
    belief.mean[:, MONDAY:HOLIDAY] = habit
    belief.cov[:, LEVEL, LEVEL] = _VAGUE * noise
    belief.cov[:, SWING, SWING] = swing * noise
    spread_of_habit = np.array([OWN_HABIT[kind] for kind in panel.kind.tolist()]) ** 2
    _, kinds, sizes = np.unique(panel.kind, return_inverse=True, return_counts=True)
    members = sizes[kinds]
    for weekday in range(WEEK):
        # A series' own habit rests on two days, its kind's on as many for every member.
        doubt = spread_of_habit + noise * np.where(own[:, weekday], 1.0, 1 / members)
        belief.cov[:, MONDAY + weekday, MONDAY + weekday] = doubt
    return Beginning(belief, scatter, swing, known)


def first_day(x: Floats) -> int:
    """Return the first day on which any series has a value; 0 if there is none."""
    return int(np.isfinite(x).any(axis=0).argmax())


def _week(panel: Panel, days: Floats, weekdays: Integers) -> tuple[Floats, Floats, Flags]:
    """Return level, weekday habit (n × 7), and where a series does not follow its kind."""
    n = len(days)
    habit, own = np.zeros((n, WEEK)), np.zeros((n, WEEK), dtype=np.bool_)
    level = median(days, axis=1)
    for _ in range(_ROUNDS):
        away = days - level[:, None]
        seen = np.full((n, WEEK), np.nan)
        for weekday in np.unique(weekdays).tolist():
            seen[:, weekday] = median(away[:, weekdays == weekday], axis=1)
        pooled = np.zeros((n, WEEK))
        for kind in np.unique(panel.kind):
            rows = panel.kind == kind
            pooled[rows] = np.nan_to_num(median(seen[rows], axis=0))
        own = _own(away, weekdays, pooled, panel)
        habit = np.where(own, seen, pooled)
        level = median(days - habit[:, weekdays], axis=1)
    return level, habit, own


def _own(away: Floats, weekdays: Integers, pooled: Floats, panel: Panel) -> Flags:
    """Tell which weekdays of which counts and waits are far from their kind each time they were seen."""
    limit = HABIT_OF_ITS_OWN * np.maximum(1, 1.5 * np.abs(pooled))
    own = np.zeros(pooled.shape, dtype=np.bool_)
    counted = np.isin(panel.kind, (COUNT, BACKLOG, WAIT))
    for weekday in range(WEEK):
        far = away[:, weekdays == weekday] - pooled[:, [weekday]]
        seen, reach = np.isfinite(far), limit[:, [weekday]]
        below = np.where(seen, far < -reach, True).all(axis=1)
        above = np.where(seen, far > reach, True).all(axis=1)
        own[:, weekday] = counted & (seen.sum(axis=1) > 1) & (below | above)
    return own
