"""How surely a share is known: the interval that belongs to it."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high, both included."""

    low: float
    high: float


def wilson(right: float, count: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval of a share.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212. Unlike the textbook's
    p ± 1.96 s it stays within 0 and 1 and says something about 20 of 20.

    Args:
        right: how many were right; a fraction where some were right in part, which makes the
            interval rather too wide than too narrow.
        count: of how many, above zero; an effective number of observations may be a fraction.
        confidence: how often such intervals hold the true share.

    Raises:
        ValueError: when right is not within 0 and count, or count is not above zero.
    """
    if not count > 0 or not 0 <= right <= count:
        message = f"expected 0 <= right <= count and 0 < count; found {right} of {count}"
        raise ValueError(message)
    share, z = right / count, NormalDist().inv_cdf((1 + confidence) / 2)
    spread = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    middle, scale = share + z * z / (2 * count), 1 + z * z / count
    # At the ends rounding would leave a trace of 1e-17 where the formula gives the end itself.
    low = 0.0 if right == 0 else (middle - spread) / scale
    high = 1.0 if right == count else (middle + spread) / scale
    return Interval(low, high)
