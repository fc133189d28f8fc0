"""What the weeks before tell of a slice's leaves: the sums that are usual, and their noise.

When everything in a slice is changed, nothing of the day itself tells what its noise is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.detect.cause.finest import Finest
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.cause.mix import Components, decompose
from breakwater.detect.cause.noise import Noise, noise_of
from breakwater.detect.cause.usual import before, weekday_means, weeks_before
from breakwater.detect.panel import Floats


@dataclass(frozen=True, slots=True, eq=False)
class RatioSums:
    """A ratio's sums over the last days, and over the weeks that are usual; one number a leaf."""

    above: Floats
    below: Floats
    usual_above: Floats
    usual_below: Floats

    @classmethod
    def of(cls, numerator: Floats, denominator: Floats, span: int) -> "RatioSums":
        """Sum the last days, and the weeks before them.

        Args:
            numerator: l × T, the last column is today.
            denominator: the same below the line.
            span: how many of the last days.
        """
        return cls(
            numerator[:, -span:].sum(axis=1),
            denominator[:, -span:].sum(axis=1),
            before(numerator),
            before(denominator),
        )

    @property
    def components(self) -> Components:
        """Split the change of the ratio into rate and mix."""
        return decompose(self.above, self.below, self.usual_above, self.usual_below)

    def leaves(
        self, names: Sequence[str], columns: Sequence[Sequence[str]], *, is_share: bool
    ) -> Leaves:
        """Lay them out for the search."""
        return Leaves.of_ratio(
            names,
            columns,
            above=self.above,
            below=self.below,
            usual_above=self.usual_above,
            usual_below=self.usual_below,
            is_share=is_share,
        )


def noise_of_counts(counts: Floats, span: int) -> Noise:
    """Read the noise of counts summed over some days.

    The mean of four weeks has a quarter of a day's variance: today differs from it by 5/4, a day
    that is in it by 3/4.

    Args:
        counts: l × T, the last column is today.
        span: days that are summed.
    """
    days = Leaves.of_counts(
        [],
        [],
        found=weeks_before(counts).reshape(-1),
        usual=weekday_means(counts).reshape(-1),
    )
    return _summed(days, span, 5 / 3)


def noise_of_ratios(finest: Finest, span: int, *, is_share: bool) -> Noise:
    """Read the noise of ratios over some days, at the denominators of each day.

    Args:
        finest: leaves and their last days.
        span: days that are summed.
        is_share: the numerator counts some of the denominator's cases.
    """
    above, below = weeks_before(finest.numerator), weeks_before(finest.denominator)
    days = above.shape[1]
    return _summed(
        Leaves.of_ratio(
            [],
            [],
            above=above.reshape(-1),
            below=below.reshape(-1),
            usual_above=np.repeat(above.sum(axis=1), days),
            usual_below=np.repeat(below.sum(axis=1), days),
            is_share=is_share,
        ),
        span,
        1.0,
    )


def _summed(days: Leaves, span: int, wider: float) -> Noise:
    """Read the noise of single days, and return that of sums over a span of them."""
    order = np.argsort(days.usual, kind="stable")
    daily = noise_of(days.found[order], days.usual[order], days.least_noise)
    return Noise(max(days.least_noise, wider * daily.chance), wider * daily.relative / max(span, 1))
