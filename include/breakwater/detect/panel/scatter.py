"""By how much the days of a series scatter more than its kind of number commonly does."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats, Words
from breakwater.detect.panel.robust import median

POOL_DAYS = 15
"""The weight, in days, of what series of a kind have in common in one series' own scatter."""

MEMORY_DAYS = 60
FURTHEST = 2.5
_SEEN_OF_ALL = 0.94
"""What is left of the variance of a normal number cut off at `FURTHEST`."""

_POOL_INERTIA = 20


@dataclass(slots=True, eq=False)
class Scatter:
    """Variance of n series' days over that of `Scale.variance`, own and pooled by kind.

    Attributes:
        ratio: the shrunk estimate that counts.
        days: how many days are behind a series' own part; old ones fade.
    """

    kind: Words
    ratio: Floats
    pooled: Floats
    total: Floats
    days: Floats

    @classmethod
    def of(cls, kind: Words, ratio: Floats) -> "Scatter":
        """Start from one ratio a series."""
        return cls(kind, ratio.copy(), ratio.copy(), np.zeros(len(ratio)), np.zeros(len(ratio)))

    def learn(self, surprise: Floats, rows: Flags) -> None:
        """Learn from a day's surprises in standard deviations; wild ones count as `FURTHEST`."""
        square = np.minimum(np.nan_to_num(surprise) ** 2, FURTHEST**2) / _SEEN_OF_ALL
        fade = 1 - 1 / MEMORY_DAYS
        self.total = np.where(rows, self.total * fade + square * self.ratio, self.total)
        self.days = np.where(rows, self.days * fade + 1, self.days)
        for kind in np.unique(self.kind):
            self._share(self.kind == kind)

    def _share(self, same: Flags) -> None:
        total, days = self.total[same], self.days[same]
        own = np.where(days > 0, total / np.maximum(days, 1e-9), np.nan)
        middle = median(np.log(np.maximum(own, 1e-6))[None, :], axis=1)[0]
        if not np.isfinite(middle):
            return
        weight, before = days.sum(), _POOL_INERTIA * len(days)
        pooled = (self.pooled[same] * before + np.exp(middle) * weight) / (before + weight)
        self.pooled[same] = pooled
        self.ratio[same] = (POOL_DAYS * pooled + total) / (POOL_DAYS + days)
