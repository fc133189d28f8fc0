"""What is usual is read from days that were reported, and before the last week."""

import numpy as np
import pytest

from breakwater.detect.cause.usual import DAYS_NEEDED, before, counts_and_usual, weekday_means

TODAY = DAYS_NEEDED - 1


def _weeks() -> np.ndarray:
    """Six weeks of one leaf: 10 on every day, 20 on the weekday of today."""
    counts = np.full((1, DAYS_NEEDED), 10.0)
    counts[:, TODAY % 7 :: 7] = 20
    return counts


def test_a_day_is_compared_with_its_weekday() -> None:
    """Two days: the last one is the busy one of its week."""
    found, usual = counts_and_usual(_weeks(), TODAY - 1, TODAY)
    assert (found[0], usual[0]) == (30, 30)


def test_a_day_without_an_export_is_no_usual_day() -> None:
    """Nothing was counted two weeks ago: the other weeks say what is usual."""
    counts = _weeks()
    counts[:, TODAY - 14] = 0
    assert counts_and_usual(counts, TODAY, TODAY)[1] == pytest.approx([20])
    means = weekday_means(counts)
    assert sorted(set(means[0].tolist())) == [0, 10, 20]
    assert np.count_nonzero(means == 0) == 1


def test_the_last_week_is_not_usual_yet() -> None:
    """A change of five days ago is still a change."""
    counts = _weeks()
    counts[:, -5:] *= 4
    assert counts_and_usual(counts, TODAY, TODAY)[1] == pytest.approx([20])
    assert before(counts) == pytest.approx([4 * (6 * 10 + 20)])
