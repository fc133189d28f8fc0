"""Which slices a change comes from, how much of it, and the next best guess."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from breakwater.detect.cause.lattice import lattice
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.cause.naming import plainest
from breakwater.detect.cause.noise import Noise
from breakwater.detect.cause.search import Candidate, search
from breakwater.detect.panel import Flags


@dataclass(frozen=True, slots=True)
class Cause:
    """One slice that a change comes from.

    Attributes:
        slice: its attributes' values.
        share: of the whole change; more than 1 when other slices went the other way.
        factor: found over usual within it; of a share, over its rarer side.
        evidence: natural logarithm of the odds for it against chance.
    """

    slice: Mapping[str, str]
    share: float
    factor: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What drives a change.

    Attributes:
        causes: the surest first; empty when it is spread evenly, or chance.
        share: of the change that all causes have together.
        next_best: the best slice outside them, its share without theirs; not sure.
    """

    causes: tuple[Cause, ...]
    share: float
    next_best: Cause | None


def explain(
    leaves: Leaves, *, rises: bool | None = None, noise: Noise | None = None
) -> Explanation:
    """Explain a change.

    Args:
        leaves: what was found and what was usual.
        rises: its direction; None: that of the slice with the most evidence.
        noise: of the leaves, when it is known from other days.
    """
    if not leaves.attributes:
        return Explanation((), 0.0, None)
    cuboids = lattice(leaves.codes)
    towards = rises if rises is None else rises != leaves.turned
    found, left = search(leaves, cuboids, rises=towards, noise=noise)
    change = float(leaves.amount.sum())

    def cause_of(one: Candidate, apart: Flags) -> Cause:
        members = one.members & ~apart
        amount = float(leaves.amount[members].sum())
        usual = float(leaves.usual[members].sum())
        return Cause(
            slice=plainest(leaves, cuboids, one.members),
            share=amount / change if change else 0.0,
            factor=float(leaves.found[members].sum()) / max(usual, 1e-12),
            evidence=one.evidence,
        )

    nothing = np.zeros(len(leaves), dtype=np.bool_)
    together = np.zeros(len(leaves), dtype=np.bool_)
    for each in found:
        together |= each.members
    share = float(leaves.amount[together].sum()) / change if change else 0.0
    return Explanation(
        tuple(cause_of(each, nothing) for each in found),
        share,
        cause_of(left, together) if left else None,
    )
