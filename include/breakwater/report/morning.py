"""When readers get a digest: at their own morning, which is no reason to wait for a correction."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.audiences import Audience
from breakwater.core.days import Window, utc_instant


def morning_of(audience: Audience, day: date, zone: ZoneInfo) -> datetime | None:
    """Return the first morning of an audience behind an operational day.

    Args:
        audience: whose `morning`, in its own zone.
        day: the operational day.
        zone: of the operation, in which the day ends.

    Returns:
        None for readers who get it as soon as it is written.

    In a night that has an hour twice, or lacks one, the morning is read as the calendar reads it: the
    earlier of two; the same wall clock behind a gap.
    """
    if audience.morning is None:
        return None
    there = ZoneInfo(audience.zone)
    end = utc_instant(Window.for_operational_day(day, zone).end)
    first = end.astimezone(there).date()
    mornings = (
        datetime.combine(first + timedelta(days=later), audience.morning, there)
        for later in range(2)
    )
    return next(morning for morning in mornings if morning >= end)
