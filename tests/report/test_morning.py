"""The morning of a reader: the first one behind the end of the operation's day."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from breakwater.contracts.audiences import Audience
from breakwater.report.morning import morning_of

SINGAPORE = ZoneInfo("Asia/Singapore")


def _audience(zone: str, morning: time | None) -> Audience:
    return Audience(audience="ops", title="Operations", kind="ops", zone=zone, morning=morning)


@pytest.mark.parametrize(
    ("zone", "morning", "utc"),
    [
        # The day ends on 22 Nov at 16:00 UTC.
        ("Asia/Singapore", time(8), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("Asia/Singapore", time(0), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        ("Europe/Riga", time(8), datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        ("America/Bogota", time(8), datetime(2026, 11, 23, 13, 0, tzinfo=UTC)),
        ("America/Bogota", time(11), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        ("Pacific/Auckland", time(7, 30), datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
    ],
)
def test_it_is_the_first_one_behind_the_day(zone: str, morning: time, utc: datetime) -> None:
    """Whose morning came at the very end of the day has not missed it."""
    assert morning_of(_audience(zone, morning), date(2026, 11, 22), SINGAPORE) == utc


def test_who_wants_it_at_once_has_none() -> None:
    """No morning configured."""
    assert morning_of(_audience("Asia/Singapore", None), date(2026, 11, 22), SINGAPORE) is None


def test_it_is_the_wall_clock_on_the_day_clocks_change() -> None:
    """Riga leaves summer time on 25 October 2026: eight on the wall is 06:00 UTC then."""
    before, after = date(2026, 10, 23), date(2026, 10, 24)
    riga = _audience("Europe/Riga", time(8))
    assert morning_of(riga, before, SINGAPORE) == datetime(2026, 10, 24, 5, 0, tzinfo=UTC)
    assert morning_of(riga, after, SINGAPORE) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
