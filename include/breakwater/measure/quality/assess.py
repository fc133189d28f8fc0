"""Everything that a file of judgements tells, without telling of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from breakwater.contracts.judgements import MOST_LABELS, JudgementFile
from breakwater.measure.quality.agreement import (
    Alpha,
    Level,
    cohens_kappa,
    krippendorff_alpha,
)
from breakwater.measure.quality.consensus import Consensus, cheapest, dawid_skene, majority
from breakwater.measure.quality.golden import Accuracy, Cost, accuracy, confusion, cost
from breakwater.measure.quality.judgements import NO_GOLD, Judgements
from breakwater.measure.quality.small import hidden_slices, is_small

Way = Literal["judgements", "majority", "Dawid-Skene", "cheapest label"]


@dataclass(frozen=True, slots=True)
class Beside:
    """Answers of one kind beside the golden set.

    Attributes:
        accuracy: with its interval.
        kappa: Cohen's, of the answers and the golden ones.
        weighted_kappa: the same with quadratic weights, where labels have an order.
        cost: None without a table of costs.
    """

    accuracy: Accuracy
    kappa: float | None
    weighted_kappa: float | None
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Golden-set accuracy of one slice; None when it is of too few people or answers."""

    values: tuple[str, ...]
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True)
class Golden:
    """What the golden set says.

    Attributes:
        items: golden items that were judged.
        reviewers: who judged them.
        ways: single judgements, and what each consensus takes those items for.
        confusion: of single judgements, golden labels in rows.
        slices: in the order of their values.
    """

    items: int
    reviewers: int
    ways: Mapping[Way, Beside]
    confusion: tuple[tuple[int, ...], ...]
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """Results of one file.

    Attributes:
        items: judged.
        reviewers: how many.
        answers: that count.
        counts: rows of the file by what became of them.
        alpha: Krippendorff's, by level; of names, and of the level that the contract says.
        kappa_of_two: Cohen's, when there are two reviewers; of the items that both judged.
        consensus: by way; none of a scale of numbers with very many values.
        golden: None without golden items, or when so few people judged them that it would be theirs.
        is_withheld: whether the latter is why.
    """

    items: int
    reviewers: int
    answers: int
    counts: Mapping[str, int]
    alpha: Mapping[Level, Alpha | None]
    kappa_of_two: float | None
    consensus: Mapping[Way, Consensus]
    golden: Golden | None
    is_withheld: bool


def assess(judgements: Judgements, contract: JudgementFile) -> Quality:
    """Work out agreement, consensus, and accuracy by the golden set."""
    levels: tuple[Level, ...] = tuple(dict.fromkeys(("nominal", contract.level)))
    values = (
        judgements.values if contract.level == "interval" else np.arange(len(judgements.labels))
    )
    value = values[judgements.label].astype(float)
    consensus = _consensus(judgements, contract)
    is_golden = judgements.gold[judgements.item] != NO_GOLD
    withheld = bool(is_golden.any()) and is_small(judgements.rater[is_golden], contract)
    is_told = bool(consensus) and bool(is_golden.any()) and not withheld
    return Quality(
        items=len(judgements.items),
        reviewers=judgements.raters,
        answers=len(judgements.item),
        counts=dict(judgements.counts),
        alpha={level: krippendorff_alpha(judgements.item, value, level) for level in levels},
        kappa_of_two=_kappa_of_two(judgements) if judgements.raters == _TWO else None,
        consensus=consensus,
        golden=_golden(judgements, contract, consensus, is_golden) if is_told else None,
        is_withheld=withheld,
    )


_TWO = 2


def _kappa_of_two(judgements: Judgements) -> float | None:
    said = np.full((2, len(judgements.items)), NO_GOLD)
    said[judgements.rater, judgements.item] = judgements.label
    both = (said != NO_GOLD).all(axis=0)
    return cohens_kappa(said[0, both], said[1, both], len(judgements.labels))


def _consensus(judgements: Judgements, contract: JudgementFile) -> dict[Way, Consensus]:
    items, labels = len(judgements.items), len(judgements.labels)
    if labels > MOST_LABELS:
        return {}
    counted = majority(judgements.item, judgements.label, items, labels)
    weighed = dawid_skene(
        judgements.item,
        judgements.rater,
        judgements.label,
        items=items,
        raters=judgements.raters,
        labels=labels,
    )
    ways: dict[Way, Consensus] = {"majority": counted, "Dawid-Skene": weighed}
    if contract.costs:
        chosen = cheapest(weighed.likely, cost_table(contract))
        ways["cheapest label"] = Consensus(weighed.likely, chosen, weighed.ties, weighed.rounds)
    return ways


def cost_table(contract: JudgementFile) -> NDArray[np.float64]:
    """Return (labels, labels): what calling the row's label the column's costs."""
    table = 1 - np.eye(len(contract.labels))
    for row, gold in enumerate(contract.labels):
        for column, judged in enumerate(contract.labels):
            table[row, column] = contract.costs.get(gold, {}).get(judged, table[row, column])
    return table


def _golden(
    judgements: Judgements,
    contract: JudgementFile,
    consensus: Mapping[Way, Consensus],
    is_golden: NDArray[np.bool_],
) -> Golden:
    item, rater = judgements.item[is_golden], judgements.rater[is_golden]
    gold, label = judgements.gold[item], judgements.label[is_golden]
    known = np.flatnonzero(judgements.gold != NO_GOLD)

    def beside(
        right: NDArray[np.int64], said: NDArray[np.int64], of: tuple[NDArray[np.int64], ...]
    ) -> Beside:
        counted = confusion(right, said, len(judgements.labels))
        has_order = contract.level == "ordinal"
        size = len(judgements.labels)
        return Beside(
            accuracy(right == said, *of),
            cohens_kappa(right, said, size),
            cohens_kappa(right, said, size, "quadratic") if has_order else None,
            cost(counted, cost_table(contract)) if contract.costs else None,
        )

    ways: dict[Way, Beside] = {"judgements": beside(gold, label, (item, rater))}
    for way, taken in consensus.items():
        ways[way] = beside(judgements.gold[known], taken.chosen[known], (known, known))
    counted = confusion(gold, label, len(judgements.labels))
    return Golden(
        len(known),
        len(np.unique(rater)),
        ways,
        tuple(tuple(int(cell) for cell in row) for row in counted),
        _slices(judgements, contract, is_golden),
    )


def _slices(
    judgements: Judgements, contract: JudgementFile, is_golden: NDArray[np.bool_]
) -> tuple[Slice, ...]:
    if not judgements.slice_columns:
        return ()
    item, rater = judgements.item[is_golden], judgements.rater[is_golden]
    of, is_right = (
        judgements.slice_[is_golden],
        judgements.label[is_golden] == judgements.gold[item],
    )
    hidden = hidden_slices(of, rater, contract)
    return tuple(
        Slice(
            judgements.slices[code],
            None
            if code in hidden
            else accuracy(is_right[of == code], item[of == code], rater[of == code]),
        )
        for code in sorted(np.unique(of).tolist(), key=lambda code: judgements.slices[code])
    )
