"""Every slice of every set of attributes, and sums over all of them.

A cuboid is a set of attributes; its slices are the combinations of their values that occur.
Each cuboid is summed from the one above it with the fewest slices, so that all of them together
cost little more than the finest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from breakwater.detect.panel import Floats, Integers

WHOLE_UP_TO = 6
"""Attributes up to which every set of them is searched; beyond, sets of `MOST_OF_MANY`."""

MOST_OF_MANY = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cuboid:
    """The slices of one set of attributes.

    Attributes:
        attributes: places of the attributes, in order.
        count: slices that occur.
        of_leaf: the slice of each leaf.
        source: which of the cuboids before it it is summed from; None for the leaves themselves.
        of_source: the slice of each slice of the source, or of each leaf.
    """

    attributes: tuple[int, ...]
    count: int
    of_leaf: Integers
    source: int | None
    of_source: Integers


def lattice(codes: Integers) -> tuple[Cuboid, ...]:
    """List the cuboids of leaves, those of most attributes first.

    Args:
        codes: l × a values of the leaves' attributes, each counted from zero.
    """
    width = codes.shape[1]
    sizes = codes.max(axis=0, initial=0) + 1
    layers = range(width if width <= WHOLE_UP_TO else MOST_OF_MANY, 0, -1)
    found: list[Cuboid] = []
    examples: list[Integers] = []
    for attributes in (each for layer in layers for each in combinations(range(width), layer)):
        source = _narrowest(found, attributes)
        rows = np.arange(len(codes)) if source is None else examples[source]
        key = np.zeros(len(rows), dtype=np.int64)
        for attribute in attributes:
            key = key * sizes[attribute] + codes[rows, attribute]
        of_source, first = _ranked(key, int(np.prod(sizes[list(attributes)], dtype=np.float64)))
        of_leaf = of_source if source is None else of_source[found[source].of_leaf]
        found.append(Cuboid(attributes, len(first), of_leaf, source, of_source))
        examples.append(rows[first])
    return tuple(found)


def sums(cuboids: Sequence[Cuboid], *values: Floats) -> list[tuple[Floats, ...]]:
    """Sum values of leaves over every slice: one tuple a cuboid, one array a value."""
    found: list[tuple[Floats, ...]] = []
    for cuboid in cuboids:
        source: tuple[Floats, ...] = values if cuboid.source is None else found[cuboid.source]
        found.append(
            tuple(
                np.bincount(cuboid.of_source, value, cuboid.count).astype(np.float64, copy=False)
                for value in source
            )
        )
    return found


def _narrowest(found: Sequence[Cuboid], attributes: tuple[int, ...]) -> int | None:
    """Return the cuboid with one attribute more that has the fewest slices."""
    wanted = set(attributes)
    above = [
        index
        for index, cuboid in enumerate(found)
        if len(cuboid.attributes) == len(attributes) + 1 and wanted < set(cuboid.attributes)
    ]
    return min(above, key=lambda index: found[index].count, default=None)


def _ranked(key: Integers, span: int) -> tuple[Integers, Integers]:
    """Number the distinct keys in order, and return the first place of each."""
    if span > 8 * len(key) + 1024:
        _, first, rank = np.unique(key, return_index=True, return_inverse=True)
        return rank.reshape(-1), first
    # Few possible keys: a table of them is much faster than sorting.
    used = np.zeros(span, dtype=np.bool_)
    used[key] = True
    rank = (np.cumsum(used) - 1)[key]
    first = np.empty(int(used.sum()), dtype=np.int64)
    first[rank[::-1]] = np.arange(len(key))[::-1]
    return rank, first
