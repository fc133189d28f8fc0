"""How large a change is, apart from how surprising it is."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.detection import Detection
from breakwater.detect.panel import Flags, Floats, Integers, Panel
from breakwater.detect.panel.channels import CHANNELS
from breakwater.detect.panel.scale import Scale


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The change of some series over the days of their strongest channel.

    Attributes:
        change: relative to what was usual.
        weight: the same, but of a share relative to its rarer side.
        absolute: in the series' own unit.
        volume: cases behind it: of a count the larger of found and usual, else the denominator.
    """

    change: Floats
    weight: Floats
    absolute: Floats
    volume: Floats


def effect_of(panel: Panel, found: Detection, scale: Scale, t: int, which: Integers) -> Effect:
    """Measure the changes of day t in some rows, over the span that their score was taken from."""
    n = len(which)
    effect = Effect(
        change=np.full(n, np.nan),
        weight=np.full(n, np.nan),
        absolute=np.full(n, np.nan),
        volume=np.zeros(n),
    )
    for days in CHANNELS:
        among = found.span[which, t] == days
        rows, part = which[among], slice(max(0, t - days + 1), t + 1)
        y, usual = panel.y[rows, part], found.expected[rows, part]
        known = np.isfinite(y) & np.isfinite(usual)
        mean, mean_usual = _mean(y, known), _mean(usual, known)
        # A share of 99 % that falls to 98 % has twice as many misses: its rarer side counts.
        rarer = np.where(scale.share[rows], np.minimum(mean_usual, 1 - mean_usual), mean_usual)
        effect.absolute[among] = mean - mean_usual
        effect.change[among] = effect.absolute[among] / np.maximum(mean_usual, 1e-9)
        effect.weight[among] = effect.absolute[among] / np.maximum(rarer, 1e-9)
        of_counts, of_ratios = np.fmax(y, usual), panel.den[rows, part]
        cases = np.where(scale.log_count[rows, None], of_counts, of_ratios)
        effect.volume[among] = np.nan_to_num(cases).sum(axis=1)
    return effect


def _mean(values: Floats, known: Flags) -> Floats:
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(known.sum(axis=1), 1), dtype=np.float64)
