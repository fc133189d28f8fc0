"""Percentiles read from counts per bucket."""

from bisect import bisect_left
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.core.histogram import UPPER_BOUNDS, percentile


def counts(durations: list[int]) -> Counter[int]:
    """Count durations by the upper bound of their bucket."""
    return Counter(UPPER_BOUNDS[bisect_left(UPPER_BOUNDS, duration)] for duration in durations)


def test_bounds_rise_by_a_fifth_from_a_quarter_minute_to_a_year() -> None:
    """Known points: 15 s, a minute, an hour and four minutes, about a year."""
    assert list(UPPER_BOUNDS) == sorted(set(UPPER_BOUNDS))
    assert {15, 60, 3840, 15 * 2**21} <= set(UPPER_BOUNDS)


def test_no_cases_have_no_percentile() -> None:
    """Nothing is not zero."""
    assert percentile({}, 0.5) is None
    assert percentile({60: 0}, 0.5) is None


@given(
    st.lists(st.integers(16, 10_000_000), min_size=1, max_size=200),
    st.sampled_from([0.5, 0.9, 0.95]),
)
def test_a_percentile_is_within_a_bucket_of_the_true_one(
    durations: list[int], share: float
) -> None:
    """The true value lies in the bucket that is read."""
    ordered = sorted(durations)
    true = ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
    read = percentile(counts(durations), share)
    assert read is not None
    assert true / 1.2 - 1 <= read <= true * 1.2 + 1


def test_roll_ups_are_sums() -> None:
    """Two queues together: the median of all cases, not the mean of two medians."""
    one, other = counts([30] * 90), counts([3000] * 10)
    assert percentile(one + other, 0.5) == pytest.approx(30, rel=0.2)
    assert percentile(one + other, 0.95) == pytest.approx(3000, rel=0.2)
