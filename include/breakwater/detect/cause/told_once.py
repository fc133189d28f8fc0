"""One cause is told once: of slices that are abnormal together, the one that explains the others.

A slow site makes its vendor slow, and each of the vendor's queues, and the languages they work in.
Only the site is worth a message. A slice explains another when most of the other's excess lies in
leaves that both share, and what is left of the other is chance, or at least is not changed in the
same way: a language that went wrong at two vendors is not explained by the larger one.

A cause that was told some days ago is still the cause when its own level has moved by then and
only a part of it, or a whole around it, has not got used to that yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.contracts.metrics import METRICS
from breakwater.detect.cause.history import RatioSums
from breakwater.detect.cause.usual import REFERENCE_DAYS, counts_and_usual
from breakwater.detect.facts import MetricFacts
from breakwater.detect.panel import COUNT, MEAN, RATE, Flags, Floats
from breakwater.detect.panel.scale import HANDLE_TIME_VARIATION, UNEXPLAINED

MOST_OF_IT = 0.5
"""Share of a slice's excess that must lie inside another when the rest may be chance."""

NEARLY_ALL = 0.8
"""The same when the rest is more than chance."""

SAME_FACTOR = 0.5
"""The rest is changed in the same way from this share of the relative change inside on."""

SURE = 3.0
"""Standard deviations of chance beyond which the rest is changed at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Abnormal:
    """One abnormal slice of a metric.

    Attributes:
        index: its place among the series.
        members: leaves that it sums.
        sign: direction of the change.
        span: days of the change, today included.
    """

    index: int
    members: Flags
    sign: int
    span: int


@dataclass(frozen=True, slots=True, eq=False)
class Excess:
    """How far each leaf is from usual; every attribute adds up over leaves.

    Attributes:
        amount: numerator found minus usual, towards the change in question.
        usual: numerator that would have been usual.
        variance: of the amount, by chance.
        drift: standard deviation of the amount beside chance, which leaves have in common: of a day
            that is slow or busy throughout.
    """

    amount: Floats
    usual: Floats
    variance: Floats
    drift: Floats

    def explains(self, cause: Flags, other: Flags) -> bool:
        """Tell whether the change of one slice is that of another."""
        inside, rest = other & cause, other & ~cause
        if not rest.any():
            return True
        whole, shared = self.amount[other].sum(), self.amount[inside].sum()
        if whole <= 0 or shared < MOST_OF_IT * whole:
            return False
        left = self.amount[rest].sum()
        if left <= SURE * np.hypot(np.sqrt(self.variance[rest].sum()), self.drift[rest].sum()):
            return True
        same_factor = SAME_FACTOR * shared / max(self.usual[inside].sum(), 1e-9)
        return bool(shared >= NEARLY_ALL * whole and left < same_factor * self.usual[rest].sum())


def explained_by(
    facts: MetricFacts, abnormal: Sequence[Abnormal], told: Sequence[Abnormal] = ()
) -> dict[int, int]:
    """Tell which abnormal slices of one metric another one explains.

    What was told before comes first: a vendor that is slow because of one site is no reason for
    another site to be slow from today on. Then the slice that explains the most; between equals, the
    one with the least in it, which is the most specific. Slices that go opposite ways never explain
    each other.

    Args:
        facts: the metric.
        abnormal: what is abnormal today.
        told: what was told of in the days before, be it abnormal today or not.

    Returns:
        The index of the explaining series by the index of the explained one.
    """
    answer: dict[int, int] = {}
    size = facts.numerator[:, -REFERENCE_DAYS:].sum(axis=1)
    for sign in (-1, 1):
        left = [one for one in abnormal if one.sign == sign]
        here = {one.index for one in abnormal}
        before = [one for one in told if one.sign == sign and one.index not in here]
        excess = {span: excess_of(facts, span, sign) for span in {one.span for one in left}}
        reach = {
            cause.index: {
                one.index for one in left if excess[one.span].explains(cause.members, one.members)
            }
            for cause in (*left, *before)
        }
        is_told = {one.index for one in told if one.sign == sign}
        while left:
            remaining = {one.index for one in left}
            cause = min(
                (*left, *(one for one in before if reach[one.index] & remaining)),
                key=lambda one: (
                    one.index not in is_told,
                    -len(reach[one.index] & remaining),
                    size[one.members].sum(),
                    one.index,
                ),
            )
            gone = (reach[cause.index] & remaining) | {cause.index}
            answer |= dict.fromkeys(gone - {cause.index}, cause.index)
            left = [one for one in left if one.index not in gone]
    return answer


def excess_of(facts: MetricFacts, span: int, sign: int) -> Excess:
    """Compare each leaf's last days with the weeks before the last one.

    Args:
        facts: one metric.
        span: how many of the last days.
        sign: which direction counts as positive.
    """
    if METRICS[facts.metric].denominator is None:
        today = facts.numerator.shape[1] - 1
        found, usual = counts_and_usual(facts.numerator, today - span + 1, today)
        return Excess(sign * (found - usual), usual, usual, UNEXPLAINED[COUNT] * usual)
    sums = RatioSums.of(facts.numerator, facts.denominator, span)
    found, cases, ratio = sums.above, sums.below, _usual_ratio(sums)
    is_share = METRICS[facts.metric].kind == "rate"
    single = ratio * (1 - ratio) if is_share else (HANDLE_TIME_VARIATION * ratio) ** 2
    single = np.maximum(single, 0.0)
    # Of a share the drift is one of the arcsine of its root, as the detector's scale has it.
    drift = 2 * UNEXPLAINED[RATE] * np.sqrt(single) if is_share else UNEXPLAINED[MEAN] * ratio
    return Excess(sign * (found - cases * ratio), cases * ratio, cases * single, cases * drift)


def _usual_ratio(sums: RatioSums) -> Floats:
    """Return the ratio that was usual for each leaf; that of all of them where it has none."""
    overall = sums.usual_above.sum() / max(sums.usual_below.sum(), 1e-9)
    own = sums.usual_above / np.maximum(sums.usual_below, 1e-9)
    return np.asarray(np.where(sums.usual_below > 0, own, overall), dtype=np.float64)
