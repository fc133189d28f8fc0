"""Many daily series side by side: what a detector sees, and nothing else."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

COUNT, BACKLOG, RATE, MEAN, WAIT, TIME = "count", "backlog", "pct", "aht", "wait", "time"


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """The series of n slices over T days, with R holiday calendars.

    Attributes:
        y: n × T values; NaN is a day on which nothing was reported.
        den: n × T denominators of rates and means; NaN for counts and backlogs.
        kind: n kinds: ``count``, ``backlog``, ``pct`` (a share of cases, 0 to 1), ``aht`` (a mean
            duration of work), ``wait`` (a mean wait for it) or ``time`` (a share of people's time).
        region: n rows of ``hol`` that apply.
        hol: R × T public holidays.
        dow: T weekdays, 0 is Monday.
        hist: days before the first one that is scored.
    """

    y: Floats
    den: Floats
    kind: Words
    region: Integers
    hol: Flags
    dow: Integers
    hist: int
