"""Durations as counts per bucket: adds up over slices and days, and percentiles can be read."""

from collections.abc import Mapping
from itertools import accumulate

_FIRST_SECONDS = 15
_PER_DOUBLING = 4
_LAST_DOUBLING = 21  # 15 s × 2^21 is about a year
_BEYOND = 10**10

UPPER_BOUNDS: tuple[int, ...] = (
    *(
        round(_FIRST_SECONDS * 2 ** (step / _PER_DOUBLING))
        for step in range(_PER_DOUBLING * _LAST_DOUBLING + 1)
    ),
    _BEYOND,
)
"""Upper ends of the buckets in seconds, included; each is 19 % wider than the one before, so a
percentile is read to within a tenth. The first bucket takes everything down to below zero, the last
one everything beyond a year."""


AGE_BANDS: tuple[int, ...] = (3_600, 4 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, _BEYOND)
"""Upper ends, included, of the bands of age that people ask for: 0-1 h, 1-4 h, 4-24 h, 1-3 days, 3-7 days, and older."""


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Read a percentile from counts by upper bound.

    Args:
        counts: cases by the upper bound of their bucket, summed over whatever is asked about.
        share: 0.5 for the median, 0.9 for p90.

    Returns:
        Seconds, interpolated inside the bucket, or None without cases.
    """
    bounds = sorted(counts)
    total = sum(counts.values())
    if not total:
        return None
    wanted = share * total
    for bound, upto in zip(bounds, accumulate(counts[bound] for bound in bounds), strict=True):
        if upto >= wanted and counts[bound]:
            lower = _lower_of(bound)
            inside = (wanted - (upto - counts[bound])) / counts[bound]
            return lower + (min(bound, UPPER_BOUNDS[-2] * 2) - lower) * inside
    return float(bounds[-1])


def _lower_of(bound: int) -> int:
    return max((known for known in UPPER_BOUNDS if known < bound), default=0)
