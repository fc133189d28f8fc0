"""Cases that stood alike: how many of them missed.

The line alone says when a case's turn comes. Whether it is then taken, and finished in time, is a
matter of what happens to cases of its kind: so what a forecast says is checked against cases of the
days before that stood like it, at the same distance from their due instant, and whose outcome is
known. Kinds are nested, from the widest to the narrowest; where a narrow kind has few cases, it
leans on the wider one. (Partial pooling: each kind starts from `WEIGHT` imaginary cases that missed
as often as those of the kind around it.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.measure.forecast.line import Z_80, Flags
from breakwater.measure.forecast.open_time import Floats, Ints

WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely each case is to miss.

    Attributes:
        mean: the share.
        low: lower bound of an 80 % interval.
        high: upper bound.
        similar: cases of the narrowest kind that were seen.
    """

    mean: Floats
    low: Floats
    high: Floats
    similar: Ints


def likelihood(
    first: Floats, kinds: Sequence[Ints], seen: Sequence[Ints], missed: Flags
) -> Likelihood:
    """Work out how likely cases are to miss from those that stood alike.

    Args:
        first: what the line alone says, a share by case.
        kinds: numbers of the kinds that each case is of, from the widest to the narrowest.
        seen: the same of earlier cases whose outcome is known.
        missed: that outcome.
    """
    mean, count = first, np.zeros(len(first))
    for of_case, of_seen in zip(kinds, seen, strict=True):
        size = int(max(of_case.max(initial=-1), of_seen.max(initial=-1))) + 1
        total = np.bincount(of_seen, minlength=size)[of_case]
        bad = np.bincount(of_seen[missed], minlength=size)[of_case]
        mean = (bad + WEIGHT * mean) / (total + WEIGHT)
        count = total.astype(np.float64)
    low, high = _wilson(mean, count + WEIGHT)
    return Likelihood(mean, low, high, count.astype(np.int64))


def numbered(columns: Sequence[Ints]) -> list[Ints]:
    """Number the kinds that nested columns make: the first alone, the first two, and so on."""
    numbers: list[Ints] = []
    for column in columns:
        if not numbers:
            _, number = np.unique(column, return_inverse=True)
        else:
            width = int(column.max(initial=0)) + 1
            _, number = np.unique(numbers[-1] * width + column, return_inverse=True)
        numbers.append(number.astype(np.int64))
    return numbers


def _wilson(share: Floats, count: Floats) -> tuple[Floats, Floats]:
    """Return Wilson's 80 % interval of a share (JASA 22, 1927)."""
    z2 = Z_80**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_80 * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)
