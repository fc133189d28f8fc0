"""A site's open time, read forwards and backwards for many instants at once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from breakwater.core.calendar import BusinessTime

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER = 2**62
"""In place of an instant that has not come."""


@dataclass(frozen=True, slots=True)
class OpenTime:
    """When a site works, as arrays: its openings, its closings, and what was worked before each."""

    opens: Ints
    closes: Ints
    worked: Ints

    @classmethod
    def of(cls, time: BusinessTime) -> Self:
        """Take over a calendar that is laid out."""
        spans = np.array(time.spans, np.int64).reshape(-1, 2)
        lengths = spans[:, 1] - spans[:, 0]
        worked = np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int64)[: len(spans)]
        return cls(spans[:, 0].copy(), spans[:, 1].copy(), worked)

    def reading(self, at: Ints) -> Ints:
        """Return the open seconds from the calendar's beginning to each instant."""
        if not len(self.opens):
            return np.zeros_like(at)
        index = np.maximum(np.searchsorted(self.opens, at, side="right") - 1, 0)
        inside = np.clip(at - self.opens[index], 0, self.closes[index] - self.opens[index])
        reading: Ints = self.worked[index] + inside
        return reading

    def instant(self, reading: Ints) -> Ints:
        """Return when each reading is reached; `NEVER` beyond the days that were laid out."""
        if not len(self.opens):
            return np.full_like(reading, NEVER)
        index = np.maximum(np.searchsorted(self.worked, reading, side="left") - 1, 0)
        at = self.opens[index] + reading - self.worked[index]
        return np.where(at <= self.closes[index], at, NEVER)
