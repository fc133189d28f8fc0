"""Agreement: published examples, and the definition written out pair by pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.measure.quality.agreement import Level, cohens_kappa, krippendorff_alpha

# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), sections B and C.
OBSERVERS = {
    "A": "123321412...",
    "B": "1233224125.3",
    "C": ".3332342251.",
    "D": "12332441251.",
}


def coded(observers: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Turn one string an observer, a dot where one did not judge, into rows."""
    rows = [
        (item, ord(letter) - ord("0"))
        for line in observers
        for item, letter in enumerate(line)
        if letter != "."
    ]
    item, value = zip(*rows, strict=True)
    return np.array(item), np.array(value, dtype=float)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_four_observers_with_gaps(level: Level, published: float) -> None:
    """Krippendorff 2011, section D and E: twelve units, of which the last is judged once."""
    found = krippendorff_alpha(*coded(list(OBSERVERS.values())), level)
    assert found is not None
    assert found.value == pytest.approx(published, abs=5e-4)
    assert (found.items, found.judgements) == (11, 40)
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high


@pytest.mark.parametrize(
    ("observers", "published"),
    [
        (["0100000010", "1110010000"], 0.095),  # section A: binary, two observers
        (["aabbdcccedda", "babbbccceddd"], 0.692),  # section B: nominal, two observers
    ],
)
def test_two_observers_without_gaps(observers: list[str], published: float) -> None:
    """Krippendorff 2011, sections A and B."""
    found = krippendorff_alpha(*coded(observers), "nominal")
    assert found is not None
    assert found.value == pytest.approx(published, abs=5e-4)


def pair_by_pair(item: list[int], value: list[int], level: Level) -> float | None:
    """Alpha as its definition reads: every pair within an item against every pair at all."""
    held = [n for n, which in enumerate(item) if item.count(which) > 1]
    item, value = [item[n] for n in held], [value[n] for n in held]

    def apart(one: int, other: int) -> float:
        if level == "nominal":
            return float(one != other)
        if level == "interval":
            return float(one - other) ** 2
        low, high = sorted((one, other))
        between = sum(low <= each <= high for each in value)
        return (between - (value.count(low) + value.count(high)) / 2) ** 2 if low != high else 0.0

    pairs = [(a, b) for a in range(len(item)) for b in range(len(item)) if a != b]
    expected = sum(apart(value[a], value[b]) for a, b in pairs) / max(len(pairs), 1)
    observed = sum(
        apart(value[a], value[b]) / (item.count(item[a]) - 1)
        for a, b in pairs
        if item[a] == item[b]
    )
    return 1 - observed / len(item) / expected if expected > 0 else None


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=25),
    st.sampled_from(["nominal", "ordinal", "interval"]),
)
def test_alpha_is_what_its_definition_says(rows: list[tuple[int, int]], level: Level) -> None:
    """Whatever is missing, on every level, without a matrix."""
    item, value = [row[0] for row in rows], [row[1] for row in rows]
    found = krippendorff_alpha(np.array(item), np.array(value, dtype=float), level)
    expected = pair_by_pair(item, value, level)
    assert (found is None) == (expected is None)
    if found is not None:
        assert found.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_the_interval_leaves_out_one_item_at_a_time(level: Level) -> None:
    """As though alpha were computed again without each; ranks of an order are held, so not there."""
    item, value = coded(list(OBSERVERS.values()))
    found = krippendorff_alpha(item, value, level)
    assert found is not None
    assert found.interval is not None
    if level == "ordinal":
        return
    pairable = [n for n in range(12) if (item == n).sum() > 1]
    again = [krippendorff_alpha(item[item != n], value[item != n], level) for n in pairable]
    without = np.array([each.value for each in again if each is not None])
    error = np.sqrt((len(without) - 1) * without.var())
    assert found.interval.low == pytest.approx(found.value - 1.959964 * error)
    assert found.interval.high == pytest.approx(min(found.value + 1.959964 * error, 1.0))


def test_nothing_to_agree_on_has_no_alpha() -> None:
    """No item judged twice, or one label throughout: chance and agreement are the same."""
    once = krippendorff_alpha(np.array([0, 1, 2]), np.array([0.0, 1.0, 0.0]), "nominal")
    same = krippendorff_alpha(np.array([0, 0, 1, 1]), np.ones(4), "interval")
    assert once is None
    assert same is None


def test_kappa_of_two_readers() -> None:
    """The textbook's fifty grants: 20 both yes, 15 both no, agreement 0.70, by chance 0.50."""
    one = np.array([1] * 25 + [0] * 25)
    other = np.array([1] * 20 + [0] * 5 + [1] * 10 + [0] * 15)
    assert cohens_kappa(one, other, 2) == pytest.approx(0.4)


def test_a_near_miss_counts_for_less_when_labels_have_an_order() -> None:
    """Quadratic weights; with two labels they change nothing."""
    gold = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    near, far = np.array([1, 0, 1, 2, 2, 2, 3, 3]), np.array([3, 0, 1, 3, 2, 2, 3, 3])
    assert cohens_kappa(gold, near, 4) == pytest.approx(2 / 3)
    weighted = [cohens_kappa(gold, each, 4, "quadratic") for each in (near, far)]
    assert weighted[0] is not None
    assert weighted[1] is not None
    assert weighted[0] > weighted[1] + 0.2
    both = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])
    assert cohens_kappa(*both, 2) == pytest.approx(cohens_kappa(*both, 2, "quadratic"))


def test_kappa_of_one_label_or_of_nothing_is_unknown() -> None:
    """Chance alone would make them agree on everything."""
    nothing = np.array([], dtype=int)
    assert cohens_kappa(nothing, nothing, 2) is None
    assert cohens_kappa(np.zeros(3, int), np.zeros(3, int), 2) is None
