"""The scale on which the days of a series scatter evenly, and the scatter that chance alone gives.

Counts and backlogs go to logarithms, shares to the arcsine of their root, durations to
logarithms: there a habit of the week or a holiday adds the same amount to every series. The noise
of small numbers follows from how many cases are behind the day, so a day with few of them stays
quiet by itself.
"""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import BACKLOG, COUNT, MEAN, RATE, TIME, WAIT, Flags, Floats, Panel

UNEXPLAINED = {COUNT: 0.08, BACKLOG: 0.08, RATE: 0.02, MEAN: 0.03, WAIT: 0.3, TIME: 0.03}
"""Day-to-day scatter beside chance from which a series' own scatter is learned."""

HANDLE_TIME_VARIATION = 0.6
"""Standard deviation of single durations over their mean; scales the noise of small samples."""

_LARGEST_LOG = 20.0
_SMALLEST_COUNT = 0.05
_LEAST_DISPERSION = 1e-4
_ANSCOMBE = 0.375


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
        share, log_mean = np.isin(panel.kind, (RATE, TIME)), np.isin(panel.kind, (MEAN, WAIT))
        floor = np.array([UNEXPLAINED[kind] for kind in panel.kind.tolist()], dtype=np.float64)
        return cls(~(share | log_mean), share, log_mean, floor)

    def forward(self, y: Floats, den: Floats) -> Floats:
        """Bring values to their scale; a share of nothing is missing."""
        x = np.full(y.shape, np.nan)
        x[self.log_count] = np.log1p(np.maximum(y[self.log_count], 0))
        n = den[self.share]
        ratio = (y[self.share] * n + _ANSCOMBE) / (n + 2 * _ANSCOMBE)
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

    def chance(self, expected: Floats, den: Floats) -> Floats:
        """Return the variance of one day that sampling alone gives."""
        cases = np.maximum(np.nan_to_num(den), 1)
        volume = np.exp(np.clip(np.nan_to_num(expected), 0, _LARGEST_LOG))
        chance = np.where(self.log_count, 1 / volume, 0.0)
        chance = np.where(self.share, 1 / (4 * cases + 3), chance)
        return np.where(self.log_mean, HANDLE_TIME_VARIATION**2 / cases, chance)

    def variance(self, expected: Floats, den: Floats) -> Floats:
        """Return the variance of one day by chance and by what commonly remains beside it."""
        return np.asarray(self.chance(expected, den) + self.floor**2, dtype=np.float64)

    def surprise(self, y: Floats, away: Floats, expected: Floats, noise: Floats) -> Floats:
        """Return how many standard deviations of its noise a day is away, sure of what is usual.

        A count scatters like a Poisson number whose mean scatters as well; on the scale of
        `_stable` that is even and nearly normal on both sides, on logarithms it is not: a count of
        five that doubles would look more usual than it is, and one that halves less.

        Args:
            y: n values of the day in their own units.
            away: the same on their scale, minus the expected value.
            expected: expected values on the scale.
            noise: variances on the scale.
        """
        z = np.asarray(away / np.sqrt(noise), dtype=np.float64)
        rows = self.log_count
        usual, dispersion = _count_law(expected[rows], noise[rows])
        z[rows] = _stable(np.maximum(y[rows], 0), dispersion) - _stable(usual, dispersion)
        return z

    def at(self, z: Floats, expected: Floats, noise: Floats) -> Floats:
        """Return the values in their own unit that are z standard deviations of noise away."""
        y = self.back(expected + z * np.sqrt(noise))
        rows = self.log_count
        usual, dispersion = _count_law(expected[rows], noise[rows])
        on_scale = np.maximum(_stable(usual, dispersion) + z[rows], 0.0)
        reach = np.minimum(on_scale * np.sqrt(dispersion) / 2, _LARGEST_LOG)
        y[rows] = np.maximum(np.sinh(reach) ** 2 / dispersion - _ANSCOMBE, 0.0)
        return y


def _count_law(expected: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Return mean and dispersion of counts: their variance is mean + dispersion × mean²."""
    usual = np.maximum(np.expm1(np.clip(expected, 0, _LARGEST_LOG)), _SMALLEST_COUNT)
    return usual, np.maximum(noise - 1 / (usual + 1), _LEAST_DISPERSION)


def _stable(count: Floats, dispersion: Floats) -> Floats:
    """Stabilise the variance of a negative binomial count (Anscombe 1948, Biometrika 35)."""
    root = np.sqrt(dispersion)
    return np.asarray(2 * np.arcsinh(root * np.sqrt(count + _ANSCOMBE)) / root, dtype=np.float64)
