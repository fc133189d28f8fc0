"""One cause is told once, at the slice it belongs to."""

import numpy as np
import pytest

from breakwater.detect.cause.told_once import Abnormal, explained_by
from breakwater.detect.facts import MetricFacts
from breakwater.detect.panel import Flags

LEAVES = (
    ("pearlline", "manila", "hate", "en"),
    ("pearlline", "cebu", "spam", "en"),
    ("pearlline", "cebu", "adult", "en"),
    ("dekkan", "hyderabad", "spam", "en"),
)
VENDOR, CEBU, SPAM, ADULT, ENGLISH = 0, 1, 2, 3, 4
MEMBERS = {
    VENDOR: [1, 1, 1, 0],
    CEBU: [0, 1, 1, 0],
    SPAM: [0, 1, 0, 0],
    ADULT: [0, 0, 1, 0],
    ENGLISH: [1, 1, 1, 1],
}


def _abnormal(*indices: int, sign: int = 1) -> list[Abnormal]:
    return [Abnormal(i, np.array(MEMBERS[i], dtype=np.bool_), sign, 1) for i in indices]


def _members(leaf: int) -> Flags:
    return np.arange(len(LEAVES)) == leaf


def _counts(*factors: float) -> MetricFacts:
    numerator = np.full((4, 43), 100.0)
    numerator[:, -1] *= factors
    return MetricFacts("manual_incoming", LEAVES, numerator, np.zeros((4, 43)))


def _means(*factors: float) -> MetricFacts:
    cases = np.full((4, 43), 200.0)
    seconds = cases * 60
    seconds[:, -1] *= factors
    return MetricFacts("aht", LEAVES, seconds, cases)


@pytest.mark.parametrize("facts", [_counts(1, 3, 3, 1), _means(1, 1.5, 1.5, 1)])
def test_a_site_explains_its_vendor_and_its_queues(facts: MetricFacts) -> None:
    """Both queues of the site are changed alike: neither explains the other, the site does both."""
    found = explained_by(facts, _abnormal(VENDOR, CEBU, SPAM, ADULT, ENGLISH))
    assert found == {VENDOR: CEBU, SPAM: CEBU, ADULT: CEBU, ENGLISH: CEBU}


def test_one_stream_explains_everything_around_it() -> None:
    """Of slices that explain equally much the smallest is told."""
    found = explained_by(_counts(1, 4, 1, 1), _abnormal(VENDOR, CEBU, SPAM, ENGLISH))
    assert found == {VENDOR: SPAM, CEBU: SPAM, ENGLISH: SPAM}


def test_what_went_wrong_everywhere_is_not_blamed_on_the_largest_part() -> None:
    """Nine tenths of the excess lie in one part, and the rest is changed by the same factor."""
    facts = _counts(1, 1, 1, 1)
    facts.numerator[1] *= 9
    facts.numerator[[1, 2], -1] *= 2
    assert explained_by(facts, _abnormal(CEBU, SPAM)) == {SPAM: CEBU}


def test_a_rest_that_may_be_chance_belongs_to_the_same_story() -> None:
    """Three fifths of the vendor's excess lie in the queue, the rest is noise of large queues."""
    facts = _counts(1.12, 1.4, 1.12, 1)
    assert explained_by(facts, _abnormal(VENDOR, SPAM)) == {VENDOR: SPAM}


def test_a_part_of_an_abnormal_whole_is_explained_even_when_the_weeks_before_say_otherwise() -> (
    None
):
    """Usual values are estimates; that a part lies in its whole is not."""
    facts = _counts(1, 3, 3, 1)
    facts.numerator[1, :-8] *= 9
    assert explained_by(facts, _abnormal(CEBU, SPAM)) == {SPAM: CEBU}


def test_two_causes_are_two_stories() -> None:
    """A change elsewhere in the operation is no part of the site's."""
    facts = _counts(1, 3, 3, 3)
    dekkan = Abnormal(5, np.array([0, 0, 0, 1], dtype=np.bool_), 1, 1)
    assert explained_by(facts, [*_abnormal(CEBU), dekkan]) == {}


def test_opposite_directions_never_explain_each_other() -> None:
    """A rise in one queue does not account for a fall in its vendor."""
    found = explained_by(
        _counts(0.2, 3, 1, 1), [*_abnormal(VENDOR, sign=-1), *_abnormal(SPAM, sign=1)]
    )
    assert found == {}


def test_what_nothing_explains_stays() -> None:
    """Alone, a slice is its own cause."""
    assert explained_by(_counts(3, 3, 3, 3), _abnormal(VENDOR)) == {}


def test_what_was_told_before_explains_what_has_not_got_used_to_it_yet() -> None:
    """The site's level has moved; one of its queues is still abnormal, and is no news."""
    facts = _counts(1, 1.6, 1.5, 1)
    assert explained_by(facts, _abnormal(SPAM)) == {}
    assert explained_by(facts, _abnormal(SPAM), _abnormal(CEBU)) == {SPAM: CEBU}
    assert explained_by(facts, _abnormal(SPAM), _abnormal(CEBU, sign=-1)) == {}


def test_of_slices_that_explain_equally_much_the_one_that_was_told_stays_the_cause() -> None:
    """Today the queue alone would do as well, and is smaller."""
    facts = _counts(1, 3, 1, 1)
    abnormal = _abnormal(VENDOR, CEBU, SPAM)
    assert explained_by(facts, abnormal) == {VENDOR: SPAM, CEBU: SPAM}
    assert explained_by(facts, abnormal, _abnormal(CEBU)) == {VENDOR: CEBU, SPAM: CEBU}


def test_a_whole_that_is_abnormal_for_a_known_reason_explains_nothing_new() -> None:
    """One stream was told days ago and makes the vendor abnormal; another one begins today."""
    facts = _counts(1.6, 1, 4, 1)
    abnormal = [*_abnormal(VENDOR, ADULT), Abnormal(5, _members(0), 1, 1)]
    assert explained_by(facts, abnormal) == {ADULT: VENDOR, 5: VENDOR}
    assert explained_by(facts, abnormal, _abnormal(ADULT)) == {VENDOR: ADULT}


def test_what_was_told_elsewhere_explains_nothing() -> None:
    """And is never among what is explained."""
    dekkan = Abnormal(5, np.array([0, 0, 0, 1], dtype=np.bool_), 1, 1)
    assert explained_by(_counts(1, 3, 1, 1), _abnormal(SPAM), [dekkan]) == {}


def test_a_day_that_is_slow_throughout_does_not_hide_the_site_that_is_slower() -> None:
    """The rest is a little slower by more than single cases explain, but no more than days differ."""
    facts = _means(1.05, 1.6, 1.6, 1)
    facts.numerator[:] *= 20
    facts.denominator[:] *= 20
    assert explained_by(facts, _abnormal(VENDOR, CEBU)) == {VENDOR: CEBU}
