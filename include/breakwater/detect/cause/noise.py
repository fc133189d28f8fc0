"""How much leaves scatter around what is usual when nothing happens.

Two parts: chance, whose variance grows with the size (counts: once the size), and relative noise,
whose variance grows with its square (days differ, forecasts are off by a few per cent). Both are
read from the leaves themselves, robustly, because some of them are changed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from breakwater.detect.panel import Floats

BANDS = 20
"""Most bands of leaves of like size in which the scatter is read; of eight leaves or more each."""
FEWEST = 8

_CUT = 2.5**2
_KEPT = 0.9775
"""What squares of standard normal numbers average to when cut at `_CUT`."""

_NONE = 1e-60
"""Scatter of leaves that are all as usual, as when a first week is all that is known; small enough
to say that there is none, large enough that its inverse can be squared twice."""

_WIDEST = 4.0
"""Relative variance beyond which a cause would say nothing about its leaves."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Variance of a leaf of size u: ``chance × u + relative × u²``."""

    chance: float
    relative: float


def noise_of(found: Floats, usual: Floats, least: float) -> Noise:
    """Read the noise of leaves.

    Args:
        found: of each leaf, in the order of what is usual.
        usual: the same, ascending.
        least: the chance that is known to be there at least: 1 for counts.
    """
    known = usual > 0
    size, squared = usual[known], (found[known] - usual[known]) ** 2
    if len(size) < FEWEST:
        return Noise(max(least, 1e-12), 0.0)
    per_unit = squared / size
    edges = np.linspace(0, len(size), min(BANDS, len(size) // FEWEST) + 1).astype(int)
    bands = [slice(a, b) for a, b in pairwise(edges)]
    sizes = np.array([size[band].mean() for band in bands])
    scatter = np.maximum([_robust_mean(per_unit[band]) for band in bands], _NONE)
    return _line(1 / scatter, sizes / scatter, least)


def spread_within(found: Floats, usual: Floats, noise: Noise, known: Floats) -> float:
    """Return by how much a cause's leaves are changed differently, as a relative variance.

    The smallest that makes the leaves' scatter around their common factor no larger than expected.
    Real causes do not hit every leaf alike; without this, the leaf that was hit hardest would be
    told as a cause of its own.

    Args:
        found: of the leaves of one cause.
        usual: of the same, times the factor.
        noise: of all leaves.
        known: relative variance that is known of each leaf beyond the noise.
    """
    size = np.maximum((found + usual) / 2, 1e-12)
    squared = (found - usual) ** 2
    plain = noise.chance * size + (noise.relative + known) * size**2
    free = len(found) - 1
    if free < 1 or (squared / plain).sum() <= free:
        return 0.0
    low, high = 0.0, _WIDEST
    for _ in range(25):
        middle = (low + high) / 2
        too_small = (squared / (plain + middle * size**2)).sum() > free
        low, high = (middle, high) if too_small else (low, middle)
    return (low + high) / 2


def _robust_mean(squares: Floats) -> float:
    """Average squares, large ones cut back (Huber's proposal 2 for a scale, 1964)."""
    scale = float(squares.mean())
    for _ in range(12):
        before, scale = scale, float(np.minimum(squares, _CUT * scale).mean()) / _KEPT
        if abs(scale - before) <= 1e-3 * before:
            break
    return scale


def _line(by_chance: Floats, by_size: Floats, least: float) -> Noise:
    """Solve ``chance × by_chance + relative × by_size ≈ 1`` over the bands, neither below its least."""
    cc, cr, rr = by_chance @ by_chance, by_chance @ by_size, by_size @ by_size
    c, r = by_chance.sum(), by_size.sum()
    both = cc * rr - cr**2
    chance = relative = -1.0
    if both > 1e-9 * cc * rr:
        chance, relative = float((c * rr - r * cr) / both), float((r * cc - c * cr) / both)
    if chance < 0 or relative < 0:
        only_chance, only_relative = float(c / cc), float(r / rr)
        misfit = ((1 - only_chance * by_chance) ** 2).sum()
        if misfit <= ((1 - only_relative * by_size) ** 2).sum():
            chance, relative = only_chance, 0.0
        else:
            chance, relative = 0.0, only_relative
    if chance < least:
        chance = least
        relative = max(0.0, float(((1 - chance * by_chance) * by_size).sum() / rr))
    return Noise(chance, relative)
