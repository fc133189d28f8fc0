"""Targets that are days instead of lengths of time, as tables: when each start is due.

A start and its due instant lie at the same time of day, so between two changes of a clock or a shift
the one follows the other second by second: `due_s + rate * (start - seg_start)`, looked up by the hour
of the start as business time is.
"""

import calendar as months_of
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.durations import Duration
from breakwater.core.calendar import DAY, HOUR, Schedule
from breakwater.core.days import days_between, utc_instant, utc_seconds
from breakwater.core.errors import ConfigurationError
from breakwater.measure.sla.clocks import Dated
from breakwater.measure.sla.holidays import public_holidays

_QUARTER = HOUR // 4
"""Clocks change on quarters of an hour, in every zone."""
_SCHEMA = pa.schema(
    [
        pa.field("dated", pa.string()),
        *(
            pa.field(name, pa.int64())
            for name in ("utc_hour", "seg_start", "seg_end", "due_s", "rate")
        ),
    ]
)
_LONGEST_CLOSURE = timedelta(days=366)


class DueTile(NamedTuple):
    """A stretch of one hour of starts that are due as long after each other as they start."""

    utc_hour: int
    seg_start: int
    seg_end: int
    due_s: int
    rate: int


class _Shift(NamedTuple):
    day: date
    start: int
    end: int


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
        ConfigurationError: nobody works for a year on end, so that no working day is the next.
    """
    rows = [
        (dated.name, *tile)
        for dated, calendar in targets
        for tile in due_tiles(dated.within, calendar, zone, first, last)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def due_tiles(
    within: Duration, calendar: Calendar | None, zone: ZoneInfo, first: int, last: int
) -> Iterator[DueTile]:
    """Cover every start from first to last, both included."""
    starts = range(first - first % HOUR, last + HOUR + 1, _QUARTER)
    if within.is_working_days and calendar is not None:
        shifts = _shifts(calendar, starts[0], starts[-1], within.working_days or 0)
        edges = {edge for shift in shifts for edge in (shift.start, shift.end)}
        due = _after_working_days(shifts, within.working_days or 0, calendar.zone_info)
    else:
        edges = set()
        due = _after_days(within, zone if calendar is None else calendar.zone_info)
    cuts = sorted({*starts, *(edge for edge in edges if starts[0] < edge < starts[-1])})
    for start, end in pairwise(cuts):
        at, rate = due(start)
        yield DueTile(start - start % HOUR, start, end, at, rate)


def due_after(within: Duration, start: int, calendar: Calendar | None, zone: ZoneInfo) -> int:
    """Return when something that takes days is due, in UTC seconds."""
    tiles = due_tiles(within, calendar, zone, start, start)
    tile = next(each for each in tiles if each.seg_start <= start < each.seg_end)
    return tile.due_s + tile.rate * (start - tile.seg_start)


def _after_days(within: Duration, zone: ZoneInfo) -> Callable[[int], tuple[int, int]]:
    def due(start: int) -> tuple[int, int]:
        local = utc_instant(start).astimezone(zone)
        wall = local.timetz().replace(tzinfo=None)
        return _at(_later(local.date(), within), wall, zone, local.fold), 1

    return due


def _later(day: date, within: Duration) -> date:
    """Return the day so many days, months or years after another."""
    if within.calendar_days is not None:
        return day + timedelta(days=within.calendar_days)
    months = (within.months or 0) + 12 * (within.years or 0)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


def _at(day: date, wall: time, zone: ZoneInfo, fold: int = 0) -> int:
    return utc_seconds(datetime.combine(day, wall, tzinfo=zone).replace(fold=fold))


def _after_working_days(
    shifts: list[_Shift], count: int, zone: ZoneInfo
) -> Callable[[int], tuple[int, int]]:
    """Reckon by the day on which a shift starts: a night shift's small hours belong to it."""
    days = sorted({shift.day for shift in shifts})
    place = {day: number for number, day in enumerate(days)}
    # The first shift that ends after an instant is the last whose forerunners have all ended.
    ended_by = list(accumulate((shift.end for shift in shifts), max))

    def due(start: int) -> tuple[int, int]:
        shift = shifts[bisect_right(ended_by, start)]
        begun = max(start, shift.start)
        local = utc_instant(begun).astimezone(zone)
        spilled = (local.date() - shift.day).days
        day = days[place[shift.day] + count] + timedelta(days=spilled)
        wall = local.timetz().replace(tzinfo=None)
        return _at(day, wall, zone), 1 if start >= shift.start else 0

    return due


def _shifts(calendar: Calendar, first: int, last: int, count: int) -> list[_Shift]:
    """List shifts from before an instant to so many working days after another, in order."""
    begin = utc_instant(first).date() - timedelta(days=3)
    end = utc_instant(last).date() + timedelta(days=2)
    limit = end + _LONGEST_CLOSURE + timedelta(days=7 * count)
    closed = public_holidays(calendar.holidays, range(begin.year, limit.year + 1))
    schedule = calendar.schedule(closed)
    shifts: list[_Shift] = []
    beyond = 0
    for day in days_between(begin, limit):
        own = _shifts_of(schedule, day, schedule.shifts(day))
        shifts += own
        beyond += bool(own) and day > end
        if beyond > count:
            return sorted(shifts, key=lambda shift: (shift.start, shift.end))
    problem = f"expected {count} working days within a year; found fewer"
    raise ConfigurationError((f"calendars: {problem}",))


def _shifts_of(schedule: Schedule, day: date, spans: Iterable[tuple[int, int]]) -> list[_Shift]:
    found = []
    for wall_start, wall_end in spans:
        start, end = (_wall(day, seconds, schedule.zone) for seconds in (wall_start, wall_end))
        if start < end:
            found.append(_Shift(day, start, end))
    return found


def _wall(day: date, seconds: int, zone: ZoneInfo) -> int:
    days, rest = divmod(seconds, DAY)
    minutes, left = divmod(rest, 60)
    wall = time(minutes // 60, minutes % 60, left)
    return _at(day + timedelta(days=days), wall, zone)
