"""Wilson's interval."""

import pytest

from breakwater.core.interval import wilson


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals_are_met(right: int, count: int, low: float, high: float) -> None:
    """To the four digits that were printed."""
    found = wilson(right, count)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_all_right_is_not_certainty() -> None:
    """20 of 20 may well be nine in ten; the ends are exact."""
    assert wilson(20, 20).high == 1.0
    assert wilson(20, 20).low == pytest.approx(1 - 0.1611, abs=5e-5)


@pytest.mark.parametrize("count", range(1, 40))
def test_ends_are_exact(count: int) -> None:
    """None right and all right, where rounding would leave a trace."""
    assert wilson(0, count).low == 0.0
    assert wilson(count, count).high == 1.0


def test_a_part_of_an_observation_is_enough() -> None:
    """Ratings that hang together weigh less than their number."""
    assert wilson(0.5, 0.8).low < 0.625 < wilson(0.5, 0.8).high


def test_more_confidence_is_wider() -> None:
    """And either holds the share itself."""
    usual, sure = wilson(30, 40), wilson(30, 40, 0.99)
    assert sure.low < usual.low < 0.75 < usual.high < sure.high


@pytest.mark.parametrize(("right", "count"), [(0, 0), (-1, 5), (6, 5), (1, -1)])
def test_what_is_no_share_is_refused(right: float, count: float) -> None:
    """Rather than an interval beyond 0 and 1."""
    with pytest.raises(ValueError, match="right"):
        wilson(right, count)
