"""Numbers as people read them."""

import pytest

from breakwater.core.numbers import amount, duration, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.726, "72.6 %"),
        (1.0, "100.0 %"),
        (0.99996, "> 99.9 %"),
        (0.9994, "99.9 %"),
        (0.0, "0.0 %"),
        (0.0003, "< 0.1 %"),
        (1.2, "120.0 %"),
        (-0.05, "-5.0 %"),
    ],
)
def test_a_share_is_all_or_nothing_only_when_it_is(value: float, text: str) -> None:
    """One miss in ten thousand is not 100 %."""
    assert share(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "1 min"),
        (100, "1 min 40 s"),
        (12_000, "3 h 20 min"),
        (3_600, "1 h"),
        (90_061, "1 d 1 h"),
        (-90, "−1 min 30 s"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds: float, text: str) -> None:
    """Nobody reads 12,000 seconds."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "cases", "1 case"),
        (1_204, "cases", "1,204 cases"),
        (0.726, "rate", "72.6 %"),
        (7_980, "seconds", "2 h 13 min"),
        (2.5, "hours", "2.5 h"),
    ],
)
def test_an_amount_carries_its_unit(value: float, unit: str, text: str) -> None:
    """One case, many cases."""
    assert amount(value, unit) == text
