"""Rows in the order of time: which are of the same time of day, and running numbers over them.

Arrays are n series × T rows, NaN is a missing value. Nothing here looks ahead of a row.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEARNING_ROWS = 100
"""Values of its own past that a series needs before anything is said about it."""

DAY = np.timedelta64(1, "D")
LATE = np.timedelta64(1, "h")
"""How much older than a whole number of days a row of the same time may be."""


def same_time(instants: npt.NDArray[np.datetime64], days: int, step: int = 1) -> Integers:
    """Return days × T places of the rows at each row's time, one, two, three … steps of days back.

    It is the last row up to that instant, so rows may be missing or come late; -1 where none came
    within an hour of it.
    """
    places = np.full((days, len(instants)), -1)
    for back in range(1, days + 1):
        then = instants - back * step * DAY
        place = np.searchsorted(instants, then, side="right") - 1
        near = (place >= 0) & (then - instants[place] < LATE)
        places[back - 1] = np.where(near, place, -1)
    return places


def at(x: Floats, places: Integers) -> Floats:
    """Return days × n × T values at days × T places; NaN where the place is -1."""
    return np.where(places[:, None, :] >= 0, np.moveaxis(x[:, places], 0, 1), np.nan)


def running_mean(x: Floats, rows: int, least: int | None = None) -> Floats:
    """Return the mean of the last rows; NaN where fewer than `least` are there, by default all.

    On a slope, the mean of some of them would be the mean of another time.
    """
    return _rolled(_frame(x).rolling(rows, min_periods=least).mean())


def running_median(x: Floats, rows: int, least: int) -> Floats:
    """Return the median of the last rows; NaN where fewer than `least` are there."""
    return _rolled(_frame(x).rolling(rows, min_periods=least).median())


def past_quantile(x: Floats, share: float) -> Floats:
    """Return the quantile of all rows before each; NaN while they are too few."""
    past = _frame(x).shift(1).expanding(LEARNING_ROWS)
    return _rolled(past.quantile(share))


def before(x: Floats, rows: int) -> Floats:
    """Return what each value was some rows earlier; NaN before the beginning."""
    shifted = np.full_like(x, np.nan)
    if rows < x.shape[1]:
        shifted[:, rows:] = x[:, : x.shape[1] - rows]
    return shifted


def _frame(x: Floats) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(x.T)


def _rolled(frame: "pd.DataFrame") -> Floats:
    return np.ascontiguousarray(frame.to_numpy(dtype=np.float64).T)
