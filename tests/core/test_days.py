"""The operational day is midnight to midnight of its zone, whatever the clocks do."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakwater.core.days import (
    Window,
    days_between,
    operational_day_of,
    parse_day,
    utc_instant,
    utc_seconds,
)

ZONES = ["Asia/Singapore", "Europe/Riga", "America/Bogota", "Africa/Casablanca", "Asia/Kolkata"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 28), 24),
        (date(2026, 3, 29), 23),  # clocks go forward
        (date(2026, 10, 25), 25),  # clocks go back
    ],
)
def test_a_day_lasts_as_long_as_its_zone_says(day: date, hours: int) -> None:
    """Riga has days of 23 and of 25 hours."""
    window = Window.for_operational_day(day, ZoneInfo("Europe/Riga"))
    assert window.end - window.start == hours * 3600


def test_a_window_is_half_open() -> None:
    """The last instant of a day belongs to the next one."""
    window = Window.for_operational_day(date(2026, 11, 22), ZoneInfo("Asia/Singapore"))
    assert window.start in window
    assert window.end not in window
    assert utc_instant(window.start) == datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_a_wider_window_has_its_margin_on_both_sides() -> None:
    """An hour before and an hour after, still half-open; a window is never inverted by a margin."""
    window = Window(7200, 10800).widened(3600)
    assert (window.start, window.end) == (3600, 14400)
    assert 3600 in window
    assert 14400 not in window
    with pytest.raises(ValueError, match="start < end; found 9000 and 9000"):
        Window(7200, 10800).widened(-1800)


def test_a_window_refuses_to_end_before_it_starts() -> None:
    """An empty window is a mistake of the caller."""
    with pytest.raises(ValueError, match="start < end"):
        Window(10, 10)


@given(st.integers(0, 2_000_000_000), st.sampled_from(ZONES))
def test_every_instant_belongs_to_exactly_the_day_whose_window_holds_it(
    instant: int, zone: str
) -> None:
    """The owner's window holds the instant; its neighbours' do not."""
    day = operational_day_of(instant, ZoneInfo(zone))
    before, own, after = (
        Window.for_operational_day(d, ZoneInfo(zone))
        for d in (
            date.fromordinal(day.toordinal() - 1),
            day,
            date.fromordinal(day.toordinal() + 1),
        )
    )
    assert instant in own
    assert instant not in before
    assert instant not in after


@pytest.mark.parametrize("text", ["2026-2-3", "20260203", "2026-02-30", "yesterday", ""])
def test_a_day_has_one_spelling(text: str) -> None:
    """Anything but YYYY-MM-DD is refused."""
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_day(text)


def test_a_day_is_read_as_it_is_written() -> None:
    """Its only spelling is read back the same."""
    day = parse_day("2026-02-28")
    assert day == date(2026, 2, 28)
    assert day.isoformat() == "2026-02-28"


def test_an_instant_needs_a_zone() -> None:
    """A naive datetime has no place among instants."""
    with pytest.raises(ValueError, match="time zone"):
        utc_seconds(datetime(2026, 1, 1))  # noqa: DTZ001  the mistake under test


def test_days_between_includes_both_ends() -> None:
    """A range of one day is that day."""
    assert days_between(date(2026, 2, 28), date(2026, 3, 1)) == [
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
