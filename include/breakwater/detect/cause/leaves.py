"""The finest slices of a metric: what was found in each, and what would have been usual."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats, Integers

ONE_CASE = 1.0
"""Cases at the overall ratio that are added to what is known of a leaf's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """l leaves with a attributes, in an order that follows from their names alone.

    Attributes:
        attributes: their names; of slices with the same leaves, one of earlier attributes is told.
        names: for each attribute, its values in order.
        codes: l × a places in `names`.
        found: counts, or cases weighed by what each took, 1 being usual.
        usual: the same as expected.
        amount: found minus usual in the metric's own unit, for shares of a change.
        turned: a share is read by the cases that are not counted, so a rise here is its fall.
        least_noise: variance over size that chance has at least: 1 for whole counts, else 0.
        origin: the row that each leaf was in when it was given.
    """

    attributes: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    codes: Integers
    found: Floats
    usual: Floats
    amount: Floats
    turned: bool
    least_noise: float
    origin: Integers

    @classmethod
    def of_counts(
        cls,
        attributes: Sequence[str],
        columns: Sequence[Sequence[str]],
        *,
        found: Floats,
        usual: Floats,
    ) -> "Leaves":
        """Read counts, or anything that adds up.

        Args:
            attributes: names.
            columns: for each attribute, the value of each leaf.
            found: of each leaf; negative values count as zero.
            usual: the same as expected.
        """
        found, usual = np.maximum(found, 0.0), np.maximum(usual, 0.0)
        there = (found > 0) | (usual > 0)
        return cls._ordered(
            attributes, columns, found=found, usual=usual, amount=found - usual, there=there
        )

    @classmethod
    def of_ratio(
        cls,
        attributes: Sequence[str],
        columns: Sequence[Sequence[str]],
        *,
        above: Floats,
        below: Floats,
        usual_above: Floats,
        usual_below: Floats,
        is_share: bool,
    ) -> "Leaves":
        """Read numerators against today's denominators times the usual ratio.

        So what is explained is the change of the ratios; that the work came in another mix is
        `mix.decompose`'s. A share is read by its rarer side: of 99 % right, the 1 % that is not.
        Other ratios are read in cases: what a case took over what it takes there.

        Args:
            attributes: names.
            columns: for each attribute, the value of each leaf.
            above: numerator of each leaf.
            below: its denominator.
            usual_above: numerator that is usual, in any unit of time.
            usual_below: the denominator in the same.
            is_share: the numerator counts some of the denominator's cases.
        """
        turned = is_share and bool(above.sum() > below.sum() / 2)
        if turned:
            above, usual_above = below - above, usual_below - usual_above
        overall = usual_above.sum() / max(usual_below.sum(), 1e-300)
        ratio = (usual_above + ONE_CASE * overall) / (usual_below + ONE_CASE)
        usual = below * ratio
        amount = above - usual
        if not is_share:
            above, usual = above / np.maximum(ratio, 1e-300), below
        return cls._ordered(
            attributes,
            columns,
            found=above,
            usual=usual,
            amount=amount,
            there=below > 0,
            turned=turned,
        )

    @classmethod
    def _ordered(
        cls,
        attributes: Sequence[str],
        columns: Sequence[Sequence[str]],
        *,
        found: Floats,
        usual: Floats,
        amount: Floats,
        there: Flags,
        turned: bool = False,
    ) -> "Leaves":
        names: list[tuple[str, ...]] = []
        codes = np.zeros((len(found), len(attributes)), dtype=np.int64)
        for place, column in enumerate(columns):
            values = sorted(set(column))
            code_of = {value: code for code, value in enumerate(values)}
            codes[:, place] = [code_of[value] for value in column]
            names.append(tuple(values))
        order = _by_name(codes, [len(values) for values in names], found, usual)
        order = order[there[order]]
        whole = bool(np.all(found[order] == np.round(found[order])))
        return cls(
            attributes=tuple(attributes),
            names=tuple(names),
            codes=codes[order],
            found=found[order],
            usual=usual[order],
            amount=-amount[order] if turned else amount[order],
            turned=turned,
            least_noise=1.0 if whole else 0.0,
            origin=order,
        )

    def __len__(self) -> int:
        """Count the leaves."""
        return len(self.found)


def _by_name(codes: Integers, sizes: Sequence[int], found: Floats, usual: Floats) -> Integers:
    """Return the order of leaves by their names, of equal ones by what they hold."""
    span = np.prod(np.array(sizes, dtype=np.float64))
    if span < 2.0**62:
        key = np.zeros(len(codes), dtype=np.int64)
        for place, size in enumerate(sizes):
            key = key * size + codes[:, place]
        order = np.argsort(key, kind="stable")
        if np.all(np.diff(key[order]) > 0):
            return order
    return np.lexsort((usual, found, *codes.T[::-1]))
