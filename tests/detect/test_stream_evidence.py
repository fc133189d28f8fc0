"""How rare a distance is, how channels add up, and which rows are told."""

import numpy as np
import pytest

from breakwater.detect.stream.onset import LEAST_REST, REST, onsets
from breakwater.detect.stream.rows import LEARNING_ROWS, Floats
from breakwater.detect.stream.tail import ORDINARY, combine, evidence

NO_FLOOR = np.array([[1e-300]])


@pytest.fixture(scope="module")
def of_exponential() -> Floats:
    """Return the evidence of exponential distances."""
    return evidence(np.random.default_rng(2).exponential(7.0, (20, 6000)), NO_FLOOR)


@pytest.mark.parametrize("nominal", [2.5, 3.0])
def test_evidence_is_the_logarithm_of_how_often_it_is_reached(
    of_exponential: Floats, nominal: float
) -> None:
    """One exponential distance in a thousand has evidence of three."""
    reached = (of_exponential >= nominal).sum() / np.isfinite(of_exponential).sum()
    assert reached == pytest.approx(10**-nominal, rel=0.25)


@pytest.mark.parametrize("nominal", [1.0, 1.5, 2.0])
def test_what_is_not_in_every_tail_is_never_called_rarer_than_it_is(
    of_exponential: Floats, nominal: float
) -> None:
    """One in fifty is not news, so it may count for less."""
    reached = (of_exponential >= nominal).sum() / np.isfinite(of_exponential).sum()
    assert reached < 10**-nominal


def test_a_distance_that_was_often_seen_is_ordinary() -> None:
    """The median of the past is no news."""
    distance = np.tile(np.arange(1.0, 11.0), 50)[None, :]
    distance[0, -1] = 5.0
    assert evidence(distance, NO_FLOOR)[0, -1] == ORDINARY


def test_a_series_that_was_wild_before_must_be_wilder() -> None:
    """The same distance is weaker evidence after a few as large."""
    random = np.random.default_rng(4)
    calm = random.exponential(1.0, (1, 1000))
    wild = calm.copy()
    wild[0, 400:800:50] = 30.0
    calm[0, -1] = wild[0, -1] = 30.0
    assert evidence(wild, NO_FLOOR)[0, -1] < 0.5 * evidence(calm, NO_FLOOR)[0, -1]


def test_no_opinion_stays_none_and_does_not_count_as_past() -> None:
    """Before a hundred distances were seen, nothing is said."""
    distance = np.ones((1, 300))
    distance[0, :150] = np.nan
    found = evidence(distance, NO_FLOOR)
    assert np.isnan(found[0, : 150 + LEARNING_ROWS]).all()
    assert np.isfinite(found[0, 150 + LEARNING_ROWS :]).all()


def test_channels_without_an_opinion_have_no_part_in_the_mean() -> None:
    """Root mean square of those that speak; nobody speaking is no evidence."""
    channels = np.array([[[3.0, np.nan, np.nan]], [[4.0, 2.0, np.nan]]])
    assert combine(channels)[0] == pytest.approx([np.sqrt(12.5), 2.0, 0.0])


def test_a_row_is_told_again_only_when_clearly_stronger_than_what_was_told() -> None:
    """Twice as strong is; a tenth stronger is not, nor the same again."""
    found = np.zeros((1, 400))
    found[0, [200, 201, 202, 203, 204]] = [2.0, 2.0, 2.2, 4.0, 3.9]
    assert np.flatnonzero(onsets(found)).tolist() == [200, 203]


def test_what_grows_slowly_is_told_as_it_grows() -> None:
    """No step is large, yet the end is far from the beginning."""
    found = np.zeros((1, 400))
    found[0, 200:240] = 1.5 * 1.05 ** np.arange(40)
    told = onsets(found)[0, 200:240]
    assert told.max() > 8
    assert 6 <= np.count_nonzero(told) <= 9


def test_rest_ends_with_a_share_of_the_age() -> None:
    """The same strength a little later is one thing, and after the rest another."""
    rest = int(REST * 2000) + LEAST_REST
    found = np.zeros((2, 2100))
    found[:, 2000 - rest - 1] = 2.0
    found[0, 2000] = 2.0
    found[1, 1999 - LEAST_REST] = 2.0
    assert np.flatnonzero(onsets(found)[0]).tolist() == [2000 - rest - 1, 2000]
    assert np.flatnonzero(onsets(found)[1]).tolist() == [2000 - rest - 1]
