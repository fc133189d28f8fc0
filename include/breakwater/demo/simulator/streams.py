"""Random streams by name: what one part draws never shifts what another one draws."""

import hashlib

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Random = np.random.Generator

TAIL = 3.0


def stream(seed: int, *names: object) -> Random:
    """Return the generator that belongs to a seed and a name, always the same one."""
    name = "/".join(str(part) for part in (seed, *names))
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def pick(random: Random, weights: Floats, size: int) -> Ints:
    """Draw indices with the given weights, which need not add up to one."""
    edges = np.cumsum(weights)
    chosen: Ints = np.searchsorted(edges, random.random(size) * edges[-1], side="right")
    return chosen


def log_normal(random: Random, median: float, sigma: float, size: int) -> Ints:
    """Draw whole seconds, at least one, log-normally around a median.

    The tails end three standard deviations out: among millions of cases there is always one that
    would otherwise wait for months.
    """
    scores = np.clip(random.standard_normal(size), -TAIL, TAIL)
    return np.maximum(1, np.rint(median * np.exp(sigma * scores))).astype(np.int64)


def between(random: Random, low: int, high: int, size: int) -> Ints:
    """Draw whole numbers, ``low <= x < high``."""
    return random.integers(low, high, size, dtype=np.int64)
