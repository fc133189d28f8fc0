"""Days on which a vendor is off, from its calendars as they were in force."""

from datetime import date, timedelta
from typing import Any

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.configuration import Configuration
from breakwater.detect.holiday import holiday_flags

WEEK: dict[str, Any] = {"zone": "Asia/Manila", "weekly": {"mon": ["09:00-17:00"]}}
DAYS = [date(2026, 12, 20) + timedelta(days=n) for n in range(14)]


def test_holidays_additions_and_yearly_days_are_off_unless_excepted(
    configuration: Configuration,
) -> None:
    """Christmas of the country, a yearly day, an added one; one of each is worked all the same.

    The old version of the calendar says nothing about days on which the new one is in force.
    """
    old = WEEK | {"additions": ["2026-12-21", "2026-12-22"], "effective_to": "2026-12-21"}
    new = WEEK | {
        "holidays": {"country": "PH"},
        "yearly": ["12-23", "12-29"],
        "additions": ["2026-12-28"],
        "exceptions": ["2026-12-23", "2026-12-30"],
        "effective_from": "2026-12-22",
    }
    calendars = {
        "default@old": Calendar.model_validate(old),
        "default": Calendar.model_validate(new),
    }
    contract = configuration.vendor("pearlline").model_copy(update={"calendars": calendars})
    off = [
        day.day for day, is_off in zip(DAYS, holiday_flags(contract, DAYS), strict=True) if is_off
    ]
    assert 21 in off
    assert 22 not in off
    assert {25, 28, 29} <= set(off)
    assert not {23, 30} & set(off)
