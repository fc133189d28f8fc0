"""Ways in which rows can be unusual; each answers how far from usual, in a unit of its own.

Distances of a channel are compared with its own past alone, so none needs a scale. NaN is no
opinion. All are n series × T rows and causal.
"""

import warnings

import numpy as np

from breakwater.detect.stream.rows import Floats, Integers, at, before, running_mean, running_median

DAYS_OF_RHYTHM = 7
"""Days whose same time of day says what is usual: every weekday has its say once."""

DAYS_TO_RESEMBLE = 14
"""Days among which one that was alike is looked for: each weekday comes twice."""

SHORT_RUNS = (4, 6, 8)
LONG_RUNS = (8, 12, 16)
"""Rows of a run: long enough to calm noise, short enough to be early. Which length is best differs
from series to series, so three around each are asked and their mean counts."""

STEPS = 12
"""Rows whose steps say how lively the series is."""

MOVEMENT = 48
"""Rows whose steps say how much the series moves: enough that a calm stretch is not an ordinary one."""

BACKGROUND = 300
"""Rows that say what the level, and how lively the series, was of late."""

LEAST_OF_BACKGROUND = 20


def usual_at(x: Floats, places: Integers) -> Floats:
    """Return the median over the rows at some places, days × T; NaN where there is none."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        return np.asarray(np.nanmedian(at(x, places), axis=0), dtype=np.float64)


def from_time_of_day(x: Floats, usual: Floats) -> Floats:
    """How far a row is from what is usual at its time."""
    return np.abs(x - usual)


def unlike_every_day(x: Floats, places: Integers, run: int) -> Floats:
    """How far a run is from the second nearest run of the same time on earlier days.

    A weekend is like another weekend and a working day like another, whichever it is; what is
    like no day is new. The second nearest, because one earlier day may have been odd itself.
    """
    run_now = running_mean(x, run)
    distances = np.sort(np.abs(at(run_now, places) - run_now), axis=0)
    return np.asarray(distances[1], dtype=np.float64)  # NaN sorts last


def from_level(x: Floats, run: int) -> Floats:
    """How far a run is from the level before it."""
    level = before(running_median(x, BACKGROUND, LEAST_OF_BACKGROUND), run)
    return np.abs(running_mean(x, run) - level)


def from_liveliness(x: Floats) -> Floats:
    """How far the steps from row to row are from their usual size.

    It finds what is restless. Standing still is at most one usual step away from usual, which is
    seldom rare; `from_movement` finds it.
    """
    steps = np.abs(x - before(x, 1))
    usual = before(running_median(steps, BACKGROUND, LEAST_OF_BACKGROUND), STEPS)
    return np.abs(running_mean(steps, STEPS) - usual)


def from_movement(x: Floats, rounding: Floats) -> Floats:
    """How many times more or less than usual a longer run moves, as a logarithm.

    A ratio, because too little is as odd as too much: what hangs, or has stopped doing what it did
    every hour, is never far from usual in the series' own units.

    Args:
        x: n × T values.
        rounding: n × T differences that are no movement.
    """
    steps = np.abs(x - before(x, 1))
    usual = before(running_mean(steps, BACKGROUND, LEAST_OF_BACKGROUND), MOVEMENT)
    now = running_mean(steps, MOVEMENT, MOVEMENT // 2)
    return np.abs(np.log((usual + rounding) / (now + rounding)))
