"""Targets that are days instead of lengths of time, as tables: when each start is due.

A start and its due instant lie at the same time of day, so between two changes of a clock or a shift
the one follows the other second by second: `due_s + rate * (start - seg_start)`, looked up by the hour
of the start as business time is.
"""

import calendar as months_of
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.durations import Duration
from breakwater.core.calendar import HOUR, BeyondCalendarError, BusinessTime
from breakwater.core.days import utc_instant, utc_seconds
from breakwater.core.errors import ConfigurationError
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.clocks import Dated
from breakwater.measure.sla.holidays import public_holidays

_NEXT_OPENING = timedelta(days=3 * 366)
"""How far ahead the next opening is looked for."""
_QUARTER = HOUR // 4
"""Clocks change on quarters of an hour in every zone, and most shifts begin and end on them."""
_SCHEMA = pa.schema(
    [
        pa.field("dated", pa.string()),
        *(
            pa.field(name, pa.int64())
            for name in ("utc_hour", "seg_start", "seg_end", "due_s", "rate")
        ),
    ]
)


class DueTile(NamedTuple):
    """A stretch of one hour of starts that are due as long after each other as they start."""

    utc_hour: int
    seg_start: int
    seg_end: int
    due_s: int
    rate: int


def dated_table(
    targets: Iterable[tuple[Dated, Calendar | None]], first: int, last: int, zone: ZoneInfo
) -> pa.Table:
    """Lay out when starts between two instants are due.

    Args:
        targets: each with its calendar; None for days of the operation's zone.
        first: the earliest start, in UTC seconds.
        last: the latest one.
        zone: of the operation.

    Returns:
        ``dated, utc_hour, seg_start, seg_end, due_s, rate``.

    Raises:
        ConfigurationError: nobody works for three years on end: no working day is the next.
    """
    rows = [
        (dated.name, *tile)
        for dated, calendar in targets
        for tile in due_tiles(dated, calendar, zone, first, last)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def due_tiles(
    dated: Dated, calendar: Calendar | None, zone: ZoneInfo, first: int, last: int
) -> Iterator[DueTile]:
    """Cover every start from first to last, both included."""
    due = _reckoning(dated, calendar, zone, (utc_instant(first), utc_instant(last)))
    for start in range(first - first % HOUR, last + 1, _QUARTER):
        yield from _straight(due, start, start + _QUARTER)


def _straight(due: Callable[[int], int], start: int, end: int) -> Iterator[DueTile]:
    """Cut a stretch until each piece is a straight line: due at its own pace, or all at once."""
    at, last = due(start), due(end - 1)
    if last - at in {0, end - 1 - start}:
        rate = 1 if last > at or end - start == 1 else 0
        yield DueTile(start - start % HOUR, start, end, at, rate)
    else:
        middle = (start + end) // 2
        yield from _straight(due, start, middle)
        yield from _straight(due, middle, end)


def _reckoning(
    dated: Dated, calendar: Calendar | None, zone: ZoneInfo, span: tuple[datetime, datetime]
) -> Callable[[int], int]:
    """Return what tells when a start is due."""
    within = dated.within
    if calendar is None:
        return lambda start: _days_later(within, start, zone)
    if not within.is_working_days:
        own = calendar.zone_info
        if not dated.snaps:
            return lambda start: _days_later(within, start, own)
        last = _later(span[1].date(), within) + _NEXT_OPENING
        time = lay_out(calendar, span[0].date() - timedelta(days=2), last)
        return lambda start: _snapped(time, start, _days_later(within, start, own))
    count = within.working_days or 0
    # A site that works on one day a week has some fifty working days a year.
    years = range(span[0].year - 1, span[1].year + 4 + count // 50)
    schedule = calendar.schedule(public_holidays(calendar.holidays, years))

    def due(start: int) -> int:
        try:
            return schedule.after_working_days(start, count, end_inclusive=dated.end_inclusive)
        except BeyondCalendarError as error:
            raise ConfigurationError((f"calendars: {error}",)) from error

    return due


def _snapped(time: BusinessTime, start: int, due: int) -> int:
    """Move a due instant to the next opening where nobody works from the start to it."""
    if time.elapsed(start, due):
        return due
    try:
        return time.next_open(due)
    except BeyondCalendarError as error:
        raise ConfigurationError((f"calendars: {error}",)) from error


def _days_later(within: Duration, start: int, zone: ZoneInfo) -> int:
    """Return the instant at the same time of day, so many days, months or years later."""
    local = utc_instant(start).astimezone(zone)
    wall = local.timetz().replace(tzinfo=None)
    later = datetime.combine(_later(local.date(), within), wall, tzinfo=zone)
    return utc_seconds(later.replace(fold=local.fold))


def _later(day: date, within: Duration) -> date:
    """Return the day so many days, months or years after another."""
    if within.calendar_days is not None:
        return day + timedelta(days=within.calendar_days)
    months = (within.months or 0) + 12 * (within.years or 0)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))
