"""The scale on which the days of a series scatter evenly, and the scatter that chance alone gives.

Counts and backlogs go to logarithms, shares to the arcsine of their root, durations to
logarithms. On these scales the noise of small numbers follows from how many cases are behind the
day, so a day with few of them stays quiet by itself.
"""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import COUNT, MEAN, RATE, Flags, Floats, Panel

UNEXPLAINED = {COUNT: 0.08, "backlog": 0.08, RATE: 0.02, MEAN: 0.03}
"""Day-to-day scatter that remains however many cases there are; a floor for every series."""

HANDLE_TIME_VARIATION = 0.6
"""Standard deviation of single durations over their mean; scales the noise of small samples."""

_LARGEST_LOG = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Which rows of a panel are read on which scale."""

    log_count: Flags
    share: Flags
    log_mean: Flags
    floor: Floats

    @classmethod
    def of(cls, panel: Panel) -> "Scale":
        """Read it from the kinds of a panel's series."""
        share, log_mean = panel.kind == RATE, panel.kind == MEAN
        floor = np.array([UNEXPLAINED[kind] for kind in panel.kind.tolist()], dtype=np.float64)
        return cls(~(share | log_mean), share, log_mean, floor)

    def forward(self, y: Floats, den: Floats) -> Floats:
        """Bring values to their scale; a share of nothing is missing."""
        x = np.full(y.shape, np.nan)
        x[self.log_count] = np.log1p(np.maximum(y[self.log_count], 0))
        n = den[self.share]
        ratio = (y[self.share] * n + 0.375) / (n + 0.75)
        x[self.share] = np.where(n > 0, np.arcsin(np.sqrt(np.clip(ratio, 0, 1))), np.nan)
        x[self.log_mean] = np.log(np.maximum(y[self.log_mean], 1e-6))
        return x

    def back(self, x: Floats) -> Floats:
        """Return one value a row in its own unit."""
        y = np.expm1(np.minimum(x, _LARGEST_LOG))
        y[self.share] = np.sin(np.clip(x[self.share], 0, np.pi / 2)) ** 2
        y[self.log_mean] = np.exp(np.minimum(x[self.log_mean], _LARGEST_LOG))
        y[self.log_count] = np.maximum(y[self.log_count], 0)
        return y

    def noise(self, expected: Floats, den: Floats) -> Floats:
        """Return the standard deviation of one day: of chance, and of what nothing explains."""
        cases = np.maximum(np.nan_to_num(den), 1)
        volume = np.exp(np.clip(np.nan_to_num(expected), 0, _LARGEST_LOG))
        chance = np.where(self.log_count, 1 / volume, 0.0)
        chance = np.where(self.share, 1 / (4 * cases + 3), chance)
        chance = np.where(self.log_mean, HANDLE_TIME_VARIATION**2 / cases, chance)
        return np.asarray(np.sqrt(chance + self.floor**2), dtype=np.float64)
