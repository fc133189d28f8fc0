"""Greedy search for the few slices that drive a change.

One slice after another: the one with the most evidence for one common factor, then all factors
anew, then the next one among what is left, until nothing brings what it costs to name it. The
causes of a change go its way, and a slice inside a cause is told by itself only when it is a large
part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.detect.cause.evidence import evidence, price, weights
from breakwater.detect.cause.lattice import Cuboid, sums
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.cause.noise import FEWEST, Noise, noise_of, spread_within
from breakwater.detect.panel import Flags, Floats, Integers

MOST_CAUSES = 14

PART_OF_A_CAUSE = 0.05
"""Evidence of a slice within known causes, as a share of the largest, from which it is told, too."""

TOO_FAINT = 0.2
"""Effect, as a share of the main cause's, below which a slice is none unless it weighs a lot."""

LIKELY = 0.5
"""Evidence, as a share of the price of a slice's name, from which it is the next best guess."""

_SAME = 1 - 1e-9
"""Evidence that differs by less is the same; the order of adding must not decide."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One slice in one state of the search.

    Attributes:
        cuboid: the set of attributes.
        slice: which of its slices.
        evidence: for a common factor.
        surplus: the same, less the price of naming it.
        factor: found over usual, the usual of what is explained by causes before it.
    """

    cuboid: Cuboid
    slice: int
    evidence: float
    surplus: float
    factor: float

    @property
    def members(self) -> Flags:
        """Tell which leaves it has."""
        return np.asarray(self.cuboid.of_leaf == self.slice)

    @property
    def effect(self) -> float:
        """Return how far the factor is from 1, the same for its inverse; 2 at most."""
        return abs(2 * (self.factor - 1) / (self.factor + 1))


@dataclass(slots=True, eq=False)
class _State:
    """What is known so far: the noise, what the causes explain, and where they are."""

    leaves: Leaves
    noise: Noise
    usual: Floats
    spread: Floats
    inside: Flags
    by_size: Integers
    is_noise_known: bool

    @classmethod
    def of(cls, leaves: Leaves, noise: Noise | None) -> "_State":
        by_size = np.argsort(leaves.usual, kind="stable")
        return cls(
            leaves,
            noise or noise_of(leaves.found[by_size], leaves.usual[by_size], leaves.least_noise),
            leaves.usual.copy(),
            np.zeros(len(leaves)),
            np.zeros(len(leaves), dtype=np.bool_),
            by_size,
            noise is not None,
        )

    def weights(self) -> Floats:
        return weights(self.leaves.found, self.usual, self.noise, self.spread)

    def read_noise(self, outside: Flags) -> None:
        """Read the noise where nothing is known to have happened, if enough is left of it."""
        if outside.sum() >= FEWEST and not self.is_noise_known:
            rows = self.by_size[outside[self.by_size]]
            found, usual = self.leaves.found[rows], self.leaves.usual[rows]
            self.noise = noise_of(found, usual, self.leaves.least_noise)


def search(
    leaves: Leaves,
    cuboids: Sequence[Cuboid],
    *,
    rises: bool | None = None,
    noise: Noise | None = None,
) -> tuple[list[Candidate], Candidate | None]:
    """Find the causes of a change, the surest first, and the next best slice.

    Args:
        leaves: what was found and what was usual.
        cuboids: their lattice.
        rises: the direction of the change; None: that of the slice with the most evidence.
        noise: of the leaves, when it is known from other days; None: read from the leaves that
            are not changed, which only works when most of them are not.

    Returns:
        The causes, and the best slice outside them that goes the same way, which is not sure.
    """
    if not len(leaves) or not leaves.usual.any():
        return [], None
    costs = [price(each, len(leaves.attributes)) for each in cuboids]
    state = _State.of(leaves, noise)
    # A cause may fill most of few leaves: the noise is that of the others.
    state.read_noise(~_best(state, cuboids, costs, []).members)
    state.read_noise(~_best(state, cuboids, costs, []).members)
    chosen: list[Candidate] = []
    while len(chosen) < MOST_CAUSES:
        best = _best(state, cuboids, costs, chosen)
        if best.surplus <= 0 or any(_is_same(best, each) for each in chosen):
            break
        chosen.append(best)
        _fit(state, chosen)
    return _told(chosen, rises), _next_best(state, cuboids, costs, chosen, rises)


def _best(
    state: _State, cuboids: Sequence[Cuboid], costs: Sequence[float], chosen: Sequence[Candidate]
) -> Candidate:
    """Return the slice with the largest surplus; of equal ones that of the fewest attributes."""
    weight = state.weights()
    found, usual = weight * state.leaves.found, weight * state.usual
    values = [found, usual]
    if chosen:
        outside = np.where(state.inside, 0.0, 1.0)
        values += [found * outside, usual * outside]
    large = PART_OF_A_CAUSE * max((each.evidence for each in chosen), default=0.0)
    best: Candidate | None = None
    for cuboid, cost, (above, below, *own) in zip(
        cuboids, costs, sums(cuboids, *values), strict=True
    ):
        bits = evidence(above, below)
        surplus = bits - cost
        if chosen:
            # A slice within causes that are known, or mostly, is no other one unless it is large.
            in_question = np.flatnonzero((surplus > 0) & (bits <= large))
            by_itself = evidence(*(each[in_question] for each in own)) > cost
            surplus[in_question[~by_itself]] = -cost
        index = int(np.argmax(surplus))
        if best is None or surplus[index] >= best.surplus - (1 - _SAME) * abs(best.surplus):
            factor = float(above[index] / max(below[index], 1e-12))
            best = Candidate(cuboid, index, float(bits[index]), float(surplus[index]), factor)
    if best is None:
        message = "leaves need an attribute"
        raise ValueError(message)
    return best


def _fit(state: _State, chosen: Sequence[Candidate]) -> None:
    """Fit all factors together, then what scatters outside the causes, and within each."""
    weight = state.weights()
    members = [np.flatnonzero(each.members) for each in chosen]
    found, usual = state.leaves.found, state.leaves.usual.copy()
    factors = np.ones(len(chosen))
    for _ in range(10):
        before = factors.copy()
        for index, rows in enumerate(members):
            expected = (weight[rows] * usual[rows]).sum() / factors[index]
            factor = (weight[rows] * found[rows]).sum() / max(expected, 1e-12)
            factor = min(max(factor, 1e-6), 1e6)
            usual[rows] *= factor / factors[index]
            factors[index] = factor
        if np.abs(np.log(factors / before)).max() < 1e-4:  # noqa: PLR2004  # a hundredth of a per cent
            break
    state.usual = usual
    state.inside = np.any([each.members for each in chosen], axis=0)
    state.read_noise(~state.inside)
    state.spread = np.zeros(len(usual))
    for rows in members:
        state.spread[rows] += spread_within(
            found[rows], usual[rows], state.noise, state.spread[rows]
        )


def _told(chosen: Sequence[Candidate], rises: bool | None) -> list[Candidate]:
    """Keep what goes the way of the change and is no faint echo of its main cause."""
    if rises is None:
        rises = bool(chosen) and chosen[0].factor > 1
    same_way = [each for each in chosen if (each.factor > 1) == rises]
    if not same_way:
        return []
    main = same_way[0]
    return [
        each
        for each in same_way
        if each.effect >= TOO_FAINT * main.effect
        or each.evidence >= PART_OF_A_CAUSE * main.evidence
    ]


def _next_best(
    state: _State,
    cuboids: Sequence[Cuboid],
    costs: Sequence[float],
    chosen: Sequence[Candidate],
    rises: bool | None,
) -> Candidate | None:
    """Return the best slice outside the causes that goes their way; None when none is likely."""
    outside = np.where(state.inside, 0.0, 1.0) * state.weights()
    values = outside * state.leaves.found, outside * state.usual
    best: Candidate | None = None
    for cuboid, cost, (above, below) in zip(cuboids, costs, sums(cuboids, *values), strict=True):
        bits = evidence(above, below)
        if rises is None and chosen:
            rises = chosen[0].factor > 1
        if rises is not None:
            bits = np.where((above > below) == rises, bits, 0.0)
        index = int(np.argmax(bits))
        surplus = float(bits[index]) - cost
        if bits[index] >= LIKELY * cost and (best is None or surplus >= best.surplus):
            factor = float(above[index] / max(below[index], 1e-12))
            best = Candidate(cuboid, index, float(bits[index]), surplus, factor)
    return best


def _is_same(one: Candidate, other: Candidate) -> bool:
    return one.cuboid is other.cuboid and one.slice == other.slice
