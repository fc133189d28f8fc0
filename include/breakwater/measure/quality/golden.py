"""Judgements beside the golden set: accuracy, confusion, and what the errors cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breakwater.core.interval import Interval, wilson
from breakwater.measure.quality.agreement import Codes


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many of the answers to golden items were right, and how surely that is known.

    Attributes:
        right: answers that are the golden one.
        answers: all of them, above zero.
        worth: how many independent answers they tell as much as.
        interval: Wilson's, of so many answers.
    """

    right: int
    answers: int
    worth: float
    interval: Interval

    @property
    def share(self) -> float:
        """Right answers of all."""
        return self.right / self.answers


def accuracy(is_right: NDArray[np.bool_], item: Codes, rater: Codes) -> Accuracy:
    """Count right answers; those to one item, or of one reviewer, resemble each other.

    Wilson's formula is for independent answers. Taken of the effective number of answers it holds
    for clustered ones (E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998), 193-201): answers
    divided by the design effect, the linearised variance of the share with answers in clusters over
    p (1 - p) / (n - 1). Items and reviewers both are clusters; the larger effect counts. Where all are
    right, or none, no effect can be seen: each golden item counts as one answer.

    Args:
        is_right: (answers,) at least one.
        item: (answers,) the item of each, as a code.
        rater: (answers,) its reviewer, as a code.
    """
    answers, right = len(is_right), int(is_right.sum())
    if right in {0, answers}:
        worth = float(len(np.unique(item)))
    else:
        effect = max(_design_effect(is_right, item), _design_effect(is_right, rater))
        worth = answers / effect
    return Accuracy(right, answers, worth, wilson(right / answers * worth, worth))


def _design_effect(is_right: NDArray[np.bool_], cluster: Codes) -> float:
    """Variance with clusters over variance without; never below 1, and n of a single cluster."""
    _, of = np.unique(cluster, return_inverse=True)
    count, right = np.bincount(of), np.bincount(of, is_right)
    n, clusters, share = len(is_right), len(count), float(is_right.mean())
    if clusters == 1:
        return float(n)
    away = right - share * count
    variance = clusters / (clusters - 1) * float(away @ away) / (n * n)
    return min(max(variance / (share * (1 - share) / (n - 1)), 1.0), float(n))


def confusion(gold: Codes, judged: Codes, labels: int) -> Codes:
    """Count answers by golden label (rows) and label given (columns), (labels, labels)."""
    counted: Codes = np.bincount(gold * labels + judged, minlength=labels * labels)
    return counted.reshape(labels, labels)


@dataclass(frozen=True, slots=True)
class Cost:
    """What errors cost, in the unit of the cost table.

    Attributes:
        mean: per answer.
        blind: per answer of who always says the one label that is cheapest. Whoever costs as
            much tells nothing; a share of right answers may hide that where one label is frequent.
    """

    mean: float
    blind: float


def cost(counted: Codes, costs: NDArray[np.float64]) -> Cost:
    """Return the mean cost of answers.

    Source: P. Ipeirotis, F. Provost, J. Wang, "Quality management on Amazon Mechanical Turk", HCOMP
    2010: a judge is worth as much as its expected cost is below that of one who does not look.

    Args:
        counted: (labels, labels) of `confusion`, with at least one answer.
        costs: (labels, labels) cost of calling the row's label the column's.
    """
    answers = counted.sum()
    blind = (counted.sum(axis=1) @ costs).min() / answers
    return Cost(float((counted * costs).sum() / answers), float(blind))
