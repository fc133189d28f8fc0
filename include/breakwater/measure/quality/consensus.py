"""What an item is, judged by what several people said of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breakwater.measure.quality.agreement import Codes

Shares = NDArray[np.float64]

_TOLERANCE = 1e-4
_MOST_ROUNDS = 500
_FLOOR = 1e-300


@dataclass(frozen=True, slots=True)
class Consensus:
    """What each item is taken for.

    Attributes:
        likely: (items, labels) how likely each label is; of the majority, its share of the votes.
        chosen: (items,) the label's code.
        ties: items whose best two labels were alike.
        rounds: of estimation; 0 of the majority.
    """

    likely: Shares
    chosen: Codes
    ties: int
    rounds: int


def majority(item: Codes, label: Codes, items: int, labels: int) -> Consensus:
    """Take what most said; a tie goes to the label that is the more frequent one overall.

    Args:
        item: (judgements,) codes from 0 to items; each item has at least one judgement.
        label: (judgements,) codes from 0 to labels.
        items: how many there are.
        labels: how many there are.
    """
    votes = _tally(item * labels + label, None, items, labels)
    frequent = votes.sum(axis=0)
    best = votes.max(axis=1, keepdims=True)
    chosen = np.where(votes == best, frequent, -1.0).argmax(axis=1)
    ties = int(((votes == best).sum(axis=1) > 1).sum())
    return Consensus(votes / votes.sum(axis=1, keepdims=True), chosen, ties, 0)


def dawid_skene(
    item: Codes,
    rater: Codes,
    label: Codes,
    *,
    items: int,
    raters: int,
    labels: int,
) -> Consensus:
    """Weigh each judgement by how its reviewer judges what everybody sees.

    Source: A. P. Dawid, A. M. Skene, "Maximum likelihood estimation of observer error-rates using
    the EM algorithm", Applied Statistics 28 (1979), 20-28: start from the shares of votes; from
    those, each reviewer's rates of saying l where k is true, and how frequent k is; from those,
    each item's likely labels; until nothing moves.

    The rates of reviewers live in here only and are not part of what is returned.

    Args:
        item: (judgements,) codes from 0 to items; each item has at least one judgement.
        rater: (judgements,) codes from 0 to raters; one may judge an item again.
        label: (judgements,) codes from 0 to labels.
        items: how many there are.
        raters: how many there are.
        labels: how many there are.
    """
    likely = majority(item, label, items, labels).likely
    cell = rater * labels + label
    rounds, moved = 0, np.inf
    while moved > _TOLERANCE and rounds < _MOST_ROUNDS:
        rounds += 1
        frequent = likely.mean(axis=0)
        said = np.stack(
            [_tally(cell, likely[item, true], raters, labels) for true in range(labels)]
        )
        rates = np.log(np.maximum(_shares(said), _FLOOR))
        sums = np.stack(
            [
                np.bincount(item, rates[true].reshape(-1)[cell], minlength=items)
                for true in range(labels)
            ],
            axis=1,
        )
        sums += np.log(np.maximum(frequent, _FLOOR))
        before, likely = likely, _shares(np.exp(sums - sums.max(axis=1, keepdims=True)))
        moved = np.abs(likely - before).max()
    best = likely.max(axis=1, keepdims=True)
    ties = int(((likely == best).sum(axis=1) > 1).sum())
    return Consensus(likely, likely.argmax(axis=1), ties, rounds)


def cheapest(likely: Shares, costs: NDArray[np.float64]) -> Codes:
    """Choose, for each item, the label whose expected cost is the smallest.

    Args:
        likely: (items, labels) how likely each label is.
        costs: (labels, labels) cost of calling the row's label the column's.
    """
    chosen: Codes = (likely @ costs).argmin(axis=1)
    return chosen


def _tally(cell: Codes, weight: Shares | None, rows: int, labels: int) -> Shares:
    counted = np.bincount(cell, weight, minlength=rows * labels)
    table: Shares = counted.reshape(rows, labels).astype(float)
    return table


def _shares(amounts: Shares) -> Shares:
    """Divide the last axis by its sum; evenly where it has none."""
    total = amounts.sum(axis=-1, keepdims=True)
    even = np.full_like(amounts, 1 / amounts.shape[-1])
    np.divide(amounts, total, out=even, where=total > 0)
    return even
