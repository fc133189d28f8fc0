"""Answers beside the golden set."""

import numpy as np
import pytest

from breakwater.core.interval import wilson
from breakwater.measure.quality.golden import accuracy, confusion, cost

EACH = np.arange(100)


def test_independent_answers_are_worth_themselves() -> None:
    """One answer an item and a reviewer: Wilson's interval as it stands."""
    is_right = EACH % 10 > 0
    found = accuracy(is_right, EACH, EACH)
    assert (found.right, found.answers, found.share) == (90, 100, 0.9)
    assert found.worth == pytest.approx(100, rel=0.02)
    plain = wilson(90, 100)
    assert found.interval.low == pytest.approx(plain.low, abs=2e-3)
    assert found.interval.high == pytest.approx(plain.high, abs=2e-3)


def test_ten_copies_of_an_answer_are_one_answer() -> None:
    """Ten reviewers who all know, or all do not know, the same items."""
    is_right, item = np.repeat(EACH % 10 > 0, 10), np.repeat(EACH, 10)
    found = accuracy(is_right, item, np.arange(1_000))
    assert found.answers == 1_000
    assert found.worth == pytest.approx(100, rel=0.02)


def test_reviewers_are_clusters_too() -> None:
    """Half of ten reviewers are always right, half never: ten answers, not a thousand."""
    rater = np.repeat(np.arange(10), 100)
    found = accuracy(rater % 2 == 0, np.tile(EACH, 10), rater)
    assert found.worth == pytest.approx(10, rel=0.2)
    assert found.interval.low < 0.3
    assert found.interval.high > 0.7


def test_all_right_counts_each_golden_item_once() -> None:
    """Fifty answers to five items do not prove what fifty items would."""
    item = np.tile(np.arange(5), 10)
    found = accuracy(np.ones(50, bool), item, np.arange(50))
    assert found.worth == 5
    assert found.interval == wilson(5, 5)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """A thousand golden sets of 40 items with ten answers each; items differ in difficulty."""
    chance = np.random.default_rng(11)
    item, rater = np.repeat(np.arange(40), 10), np.arange(400)
    hits = plain = 0
    for _ in range(1_000):
        difficulty = chance.beta(4, 1, 40)  # on average 0.8
        is_right = chance.random(400) < difficulty[item]
        found = accuracy(is_right, item, rater)
        naive = wilson(found.right, 400)
        hits += found.interval.low <= 0.8 <= found.interval.high
        plain += naive.low <= 0.8 <= naive.high
    assert 930 <= hits <= 970
    assert plain < 900


def test_confusion_and_cost() -> None:
    """Rows are golden; cost is per answer, beside that of one who never looks."""
    gold, judged = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0])
    counted = confusion(gold, judged, 2)
    assert counted.tolist() == [[2, 1], [1, 1]]
    costs = np.array([[0.0, 1.0], [5.0, 0.0]])
    found = cost(counted, costs)
    assert found.mean == pytest.approx((1 + 5) / 5)
    assert found.blind == pytest.approx(3 / 5)  # always 1: three times 1; always 0: twice 5
