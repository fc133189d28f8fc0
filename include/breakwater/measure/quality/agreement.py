"""Agreement beyond chance: Cohen's kappa of two, Krippendorff's alpha of any number."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from breakwater.core.interval import CONFIDENCE, Interval

Codes = NDArray[np.int64]
Level = Literal["nominal", "ordinal", "interval"]
"""Whether labels are names, have an order, or are numbers with distances."""

Amount = TypeVar("Amount", np.float64, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha and what it rests on.

    Attributes:
        value: 1 is full agreement, 0 what chance would give, below 0 systematic disagreement.
        interval: by leaving out one item at a time; None with fewer than three items.
        items: judged at least twice; the others say nothing about agreement.
        judgements: of those items.
    """

    value: float
    interval: Interval | None
    items: int
    judgements: int


def krippendorff_alpha(item: Codes, value: NDArray[np.float64], level: Level) -> Alpha | None:
    """Return alpha over judgements in any order, any number an item; missing ones are not rows.

    Source: K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section E. With
    x the values on the level's scale (an indicator a label, a rank in the middle of its ties, the
    number itself) the difference of two values is the squared distance of their x, so the observed
    and the expected disagreement are both ``(m Σx² - (Σx)²) / (m - 1)``, of an item's judgements
    and of all of them: no matrix of coincidences is needed. The interval is the jackknife over
    items (B. Efron, C. Stein, Annals of Statistics 9 (1981), 586-596), ranks held.

    Args:
        item: (judgements,) the item of each, as a code from 0.
        value: (judgements,) its label: a code if nominal, increasing in the order if ordinal.
        level: of the labels.

    Returns:
        None when no item was judged twice or all judgements that count are the same.
    """
    counts = np.bincount(item)[item] > 1
    _, item, times = np.unique(item[counts], return_inverse=True, return_counts=True)
    if not len(item):
        return None
    sums, squares = _sums(item, value[counts], len(times), level)
    sizes, own, total = times.astype(float), (sums * sums).sum(axis=1), sums.sum(axis=0)
    every, everything, square = np.float64(len(item)), squares.sum(), np.float64(total @ total)
    observed = _disagreement(sizes, squares, own)
    expected = _disagreement(every, everything, square)
    if expected <= 0:
        return None
    alpha = float(1 - observed.sum() / expected)
    # The same with one item left out, for all items at once.
    less = square - 2 * (sums @ total) + own
    with np.errstate(divide="ignore", invalid="ignore"):
        expected_less = _disagreement(every - sizes, everything - squares, less)
        without = 1 - (observed.sum() - observed) / expected_less
    return Alpha(alpha, _jackknifed(alpha, without), len(times), len(item))


def _disagreement(count: Amount, squares: Amount, square_of_sum: Amount) -> Amount:
    return (count * squares - square_of_sum) / (count - 1)


def _sums(
    item: Codes, value: NDArray[np.float64], items: int, level: Level
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Σx of each item, (items, dimensions of x), and its Σx², (items,)."""
    kinds, code, count = np.unique(value, return_inverse=True, return_counts=True)
    if level == "nominal":
        cells = np.bincount(item * len(kinds) + code, minlength=items * len(kinds))
        of_label = cells.reshape(items, len(kinds)).astype(float)
        return of_label, of_label.sum(axis=1)
    scale = np.cumsum(count) - count / 2 if level == "ordinal" else kinds
    place = np.asarray(scale[code] - scale[code].mean(), dtype=np.float64)
    sums: NDArray[np.float64] = np.bincount(item, place).astype(float)
    return sums[:, None], np.bincount(item, place * place).astype(float)


def _jackknifed(alpha: float, without: NDArray[np.float64]) -> Interval | None:
    if len(without) < _FEWEST_ITEMS or not np.isfinite(without).all():
        return None
    away = without - without.mean()
    error = sqrt((len(without) - 1) / len(without) * float(away @ away))
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * error
    return Interval(max(alpha - reach, -1.0), min(alpha + reach, 1.0))


_FEWEST_ITEMS = 3


def cohens_kappa(
    one: Codes, other: Codes, labels: int, weights: Literal["equal", "quadratic"] = "equal"
) -> float | None:
    """Return kappa of two judges of the same items.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46; weighted: Psychological Bulletin 70 (1968), 213-220.

    Args:
        one: (items,) codes of labels from 0, in their order if weights are quadratic.
        other: (items,) the same of the other judge.
        labels: how many labels there are.
        weights: whether a far miss counts for more than a near one.

    Returns:
        None without items, or when chance alone would make them agree on everything.
    """
    if not len(one):
        return None
    together = np.bincount(one * labels + other, minlength=labels * labels)
    observed = together.reshape(labels, labels) / len(one)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0))
    apart = np.abs(np.subtract.outer(np.arange(labels), np.arange(labels)))
    weight = np.minimum(apart, 1) if weights == "equal" else apart * apart
    by_chance = float((weight * expected).sum())
    return 1 - float((weight * observed).sum()) / by_chance if by_chance > 0 else None
