"""What an item is taken for, when several judged it."""

import numpy as np
import pytest

from breakwater.measure.quality.consensus import cheapest, dawid_skene, majority

# A. P. Dawid, A. M. Skene, Applied Statistics 28 (1979), table 1: 45 patients, five anaesthetists,
# of whom the first judged three times.
PATIENTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 "
    "2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111 "
    "2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222 "
    "1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 "
    "2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222"
)
OBSERVER = (0, 0, 0, 1, 2, 3, 4)


def test_the_anaesthetists_of_the_paper() -> None:
    """Its table 2 and 4: the frequencies of the four classes, and whom each patient belongs to."""
    rows = [
        (patient, OBSERVER[n], int(said) - 1)
        for patient, line in enumerate(PATIENTS.split())
        for n, said in enumerate(line)
    ]
    item, rater, label = (np.array(column) for column in zip(*rows, strict=True))
    found = dawid_skene(item, rater, label, items=45, raters=5, labels=4)
    assert found.likely.mean(axis=0) == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=5e-3)
    assert found.chosen[[1, 2, 10, 35, 37]].tolist() == [3, 1, 3, 3, 2]
    assert found.likely.sum(axis=1) == pytest.approx(np.ones(45))


def test_the_one_who_looks_outweighs_those_who_do_not() -> None:
    """Two say "good" to everything; the majority believes them, weighed judgements do not."""
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 2, 200)
    careful = [np.where(chance.random(200) < 0.9, truth, 1 - truth) for _ in range(2)]
    careless = [np.where(chance.random(200) < 0.05, 1, 0) for _ in range(3)]
    label = np.concatenate([*careful, *careless])
    item, rater = np.tile(np.arange(200), 5), np.repeat(np.arange(5), 200)
    counted = majority(item, label, 200, 2)
    weighed = dawid_skene(item, rater, label, items=200, raters=5, labels=2)
    assert (counted.chosen == truth).mean() < 0.6
    assert (weighed.chosen == truth).mean() > 0.85


def test_the_same_in_any_order_of_rows() -> None:
    """Up to the last digits of sums."""
    chance = np.random.default_rng(5)
    item, rater = np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30)
    label = chance.integers(0, 3, 120)
    first = dawid_skene(item, rater, label, items=30, raters=4, labels=3)
    mixed = chance.permutation(120)
    other = dawid_skene(item[mixed], rater[mixed], label[mixed], items=30, raters=4, labels=3)
    assert other.likely == pytest.approx(first.likely, abs=1e-6)


def test_a_tie_of_votes_goes_to_the_more_frequent_label() -> None:
    """And is counted, because nothing but that spoke for it."""
    item, label = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2])
    found = majority(item, label, 3, 3)
    assert found.chosen.tolist() == [1, 1, 2]
    assert found.ties == 1
    assert found.likely[0].tolist() == [0.5, 0.5, 0.0]


def test_the_cheapest_label_is_not_always_the_likeliest() -> None:
    """Calling the harmful harmless costs ten times as much as the other error."""
    likely = np.array([[0.8, 0.2], [0.95, 0.05]])
    costs = np.array([[0.0, 1.0], [10.0, 0.0]])
    assert cheapest(likely, costs).tolist() == [1, 0]
