"""How sure a slice is changed by one common factor, against the noise of its leaves.

The deviance of sums: for Poisson counts found F and usual U it is F ln(F/U) − F + U, the
logarithm of the likelihood ratio of "changed by F/U" against "unchanged" (McCullagh and Nelder,
Generalized Linear Models, 1989, section 2.3). Here the larger of both stands in front, so that a
rise and a fall by the same factor weigh the same and a few leaves that had nearly nothing before
cannot outweigh all others: hi × (1 − r + r ln r) with r = lo/hi. Leaves are summed after weighing
them by their noise.
"""

from math import comb, log

import numpy as np

from breakwater.detect.cause.lattice import Cuboid
from breakwater.detect.cause.noise import Noise
from breakwater.detect.panel import Floats

OF_A_CAUSE = 4.0
"""Evidence that any cause has to bring beyond the choice among all slices; e⁻⁴ is one in 55."""


def weights(found: Floats, usual: Floats, noise: Noise, spread: Floats) -> Floats:
    """Weigh each leaf by what is known of it: one over its noise per unit.

    The noise that grows with the size is that of the larger of both values at least in part:
    a usual value that is too low by chance must not look like a rise of many times.

    Args:
        found: of each leaf.
        usual: the same as expected.
        noise: of all leaves.
        spread: relative variance of each leaf beyond it, within causes that are known already.
    """
    size = 0.75 * np.maximum(found, usual) + 0.25 * np.minimum(found, usual)
    return np.asarray(1 / np.maximum(noise.chance + (noise.relative + spread) * size, 1e-12))


def evidence(found: Floats, usual: Floats) -> Floats:
    """Return the evidence for a change of weighed sums, in natural logarithms of odds."""
    hi, lo = np.maximum(found, usual), np.minimum(found, usual)
    ratio = lo / np.maximum(hi, 1e-300)
    logs = np.log(np.maximum(ratio, 1e-300))
    return np.asarray(hi * (1 - ratio + ratio * logs), dtype=np.float64)


def price(cuboid: Cuboid, attributes: int) -> float:
    """Return the evidence that a slice of a cuboid has to exceed.

    What it costs to name it: which of the cuboid's slices, which of the cuboids of that many
    attributes, and that there is a cause at all (the two-part code of minimum description length,
    Rissanen 1978). A slice among many, or of many attributes, has to bring more.
    """
    return log(cuboid.count) + log(comb(attributes, len(cuboid.attributes))) + OF_A_CAUSE
