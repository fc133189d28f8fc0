"""Did a ratio change because the cases behind it took longer, or because other cases came?

The decomposition of a difference between two rates (Kitagawa, Components of a Difference Between
Two Rates, JASA 1955), with the interaction given to the rate effect: with s the share of a leaf
among the denominators, r its ratio, R the overall ratio and ' for what is usual,

    R − R' = Σ s (r − r')  +  Σ (s − s') r'
             rate effect      mix effect

So the rate effect is measured on the work that came, and is what the search for slices explains.
"""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.cause.leaves import ONE_CASE
from breakwater.detect.panel import Floats, Integers


@dataclass(frozen=True, slots=True)
class Components:
    """A change of a ratio in two parts, in the ratio's unit.

    Attributes:
        rate: the same work went otherwise.
        mix: other work came.
    """

    rate: float
    mix: float

    @property
    def mix_share(self) -> float:
        """Return the part of the change that is mix; below 0 or above 1 when both oppose."""
        change = self.rate + self.mix
        return self.mix / change if change else 0.0


def decompose(above: Floats, below: Floats, usual_above: Floats, usual_below: Floats) -> Components:
    """Split the change of a ratio.

    A leaf that had few cases before is taken to have had the overall ratio as far as it had none.

    Args:
        above: numerator of each leaf.
        below: its denominator.
        usual_above: numerator that is usual, in any unit of time.
        usual_below: the denominator in the same.
    """
    if below.sum() <= 0 or usual_below.sum() <= 0:
        return Components(0.0, 0.0)
    overall = usual_above.sum() / usual_below.sum()
    usual_ratio = _usual_ratios(usual_above, usual_below, overall)
    expected = float((below * usual_ratio).sum() / below.sum())
    return Components(
        rate=float(above.sum() / below.sum()) - expected, mix=expected - float(overall)
    )


def moved_most(
    codes: Integers, below: Floats, usual_above: Floats, usual_below: Floats, *, rises: bool
) -> tuple[int, int, float, float] | None:
    """Return the value of one attribute whose share of the work moved the mix the most.

    Args:
        codes: l × a values of the leaves' attributes.
        below: denominator of each leaf.
        usual_above: numerator that is usual, in any unit of time.
        usual_below: the denominator in the same.
        rises: direction of the mix effect.

    Returns:
        Attribute, value, usual share and share now; None when nothing moved that way.
    """
    overall = usual_above.sum() / max(usual_below.sum(), 1e-300)
    best: tuple[float, int, int, float, float] | None = None
    for attribute in range(codes.shape[1]):
        column = codes[:, attribute]
        now, then, numerator = (
            np.bincount(column, values).astype(np.float64)
            for values in (below, usual_below, usual_above)
        )
        shares, usual_shares = now / now.sum(), then / then.sum()
        ratio = _usual_ratios(numerator, then, overall)
        effect = (shares - usual_shares) * (ratio - overall) * (1 if rises else -1)
        value = int(np.argmax(effect))
        if effect[value] > 0 and (best is None or effect[value] > best[0]):
            shown = float(usual_shares[value]), float(shares[value])
            best = float(effect[value]), attribute, value, *shown
    return None if best is None else best[1:]


def _usual_ratios(above: Floats, below: Floats, overall: float) -> Floats:
    return np.asarray((above + ONE_CASE * overall) / (below + ONE_CASE), dtype=np.float64)
