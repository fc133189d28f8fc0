"""Business calendars as tables: read forwards by the hour, backwards by the business hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import pyarrow as pa

from breakwater.contracts.calendar import Calendar
from breakwater.core.calendar import BusinessHour, BusinessTime, Tile
from breakwater.core.days import utc_instant
from breakwater.core.errors import ConfigurationError
from breakwater.measure.sla.holidays import public_holidays

ALWAYS = "24x7"
"""The calendar that needs no table: its reading is the instant."""

_MONTH = timedelta(days=31)
_FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What calendars have to cover.

    Attributes:
        first: the earliest instant that is read, in UTC seconds.
        last: the latest instant that is read.
        ahead: business seconds beyond the last instant that deadlines may need.
    """

    first: int
    last: int
    ahead: int


@dataclass(frozen=True, slots=True)
class CalendarTables:
    """The calendars of a vendor's sites, ready for an engine.

    Attributes:
        calendar: ``calendar_id, utc_hour, seg_start, seg_end, cum_s, rate``.
        business_hour: ``calendar_id, business_hour, from_s, to_s, utc_s``.
    """

    calendar: pa.Table
    business_hour: pa.Table


def calendar_tables(calendars: Mapping[str, Calendar], stretch: Stretch) -> CalendarTables:
    """Lay out calendars over a stretch, as tables.

    Raises:
        ConfigurationError: a calendar never opens long enough for its deadlines to be reached.
    """
    first, last = _whole_months(stretch)
    parts = [
        _tables(name, calendar.model_dump_json(), first, last, stretch.ahead)
        for name, calendar in sorted(calendars.items())
    ]
    return CalendarTables(
        pa.concat_tables([_empty(Tile), *(part.calendar for part in parts)]),
        pa.concat_tables([_empty(BusinessHour), *(part.business_hour for part in parts)]),
    )


def lay_out(calendar: Calendar, first: date, last: date) -> BusinessTime:
    """Return a calendar's business time from one day to another, public holidays left out."""
    closed = public_holidays(calendar.holidays, range(first.year - 1, last.year + 1))
    return calendar.schedule(closed).lay_out(first, last)


def _whole_months(stretch: Stretch) -> tuple[date, date]:
    """Return days around a stretch that are the same for most of a month: tables are reused."""
    first = utc_instant(stretch.first).date().replace(day=1) - timedelta(days=1)
    return first, utc_instant(stretch.last).date().replace(day=1) + _MONTH + timedelta(days=1)


@lru_cache(maxsize=64)
def _tables(name: str, calendar_json: str, first: date, last: date, ahead: int) -> CalendarTables:
    """Lay out one calendar; a calendar travels as JSON because that has a hash."""
    calendar = Calendar.model_validate_json(calendar_json)
    time = _reaching(name, calendar, first, last, ahead)
    midnight = int((first - date(1970, 1, 1)).total_seconds())
    end = int((last - date(1970, 1, 1)).total_seconds())
    return CalendarTables(
        _table(name, Tile, list(time.tiles(midnight, end))),
        _table(name, BusinessHour, list(time.business_hours())),
    )


def _reaching(name: str, calendar: Calendar, first: date, last: date, ahead: int) -> BusinessTime:
    """Lay out a calendar so far that every deadline is on it."""
    end = int((last - date(1970, 1, 1)).total_seconds())
    further = timedelta(seconds=ahead)
    while further < _FARTHEST:
        time = lay_out(calendar, first, last + further + _MONTH)
        if time.spans and time.reading(time.spans[-1][1]) - time.reading(end) > ahead:
            return time
        further = 2 * further + _MONTH
    problem = f"expected {ahead} open seconds within three years; found fewer"
    raise ConfigurationError((f"calendar {name}: {problem}",))


def _table(name: str, row: type[Tile | BusinessHour], rows: Sequence[tuple[int, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(row._fields)
    arrays = [pa.array(values, pa.int64()) for values in columns]
    names = pa.array([name] * len(rows), pa.string())
    return pa.Table.from_arrays([names, *arrays], names=["calendar_id", *row._fields])


def _empty(row: type[Tile | BusinessHour]) -> pa.Table:
    return _table("", row, [])
