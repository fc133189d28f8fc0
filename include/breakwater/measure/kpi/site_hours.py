"""When the site of each slice works on the day measured: what business time is counted by."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from breakwater.core.errors import ConfigurationError
from breakwater.engine.base import Engine
from breakwater.measure.sla.calendars import Stretch, calendar_tables

if TYPE_CHECKING:
    from breakwater.measure.models import VendorDay

_SLICE = ("site", "queue", "policy", "language", "priority", "market")


def load_site_hours(engine: Engine, what: "VendorDay") -> None:
    """Load ``slice_calendar`` and ``site_hour`` for the slices that an engine holds.

    The calendar is the one that serves the slice on the operational day: unlike a clock's, no
    promise was made when the case came in. A calendar that never opens is left out.
    """
    found = engine.fetch("slice", _SLICE).to_pylist()
    served = [(row, *_calendar(what, row)) for row in found]
    first = min((row["first_at"] for row in found), default=what.window.start)
    stretch = Stretch(min(first, what.window.start), what.window.end, 0)
    engine.load("slice_calendar", _slices((row, name) for row, name, _ in served))
    tables = [_hours({name: calendar}, stretch) for name, calendar in _once(served)]
    engine.load("site_hour", pa.concat_tables([_hours({}, stretch), *tables]))


def _calendar(what: "VendorDay", row: Mapping[str, Any]) -> tuple[str, Any]:
    versions = what.contract.calendar_versions(row)
    return next((name, each) for name, each in versions if each.in_force_on(what.day))


def _once(served: Iterable[tuple[Any, str, Any]]) -> list[tuple[str, Any]]:
    return sorted({name: calendar for _, name, calendar in served}.items())


def _hours(calendars: Mapping[str, Any], stretch: Stretch) -> pa.Table:
    try:
        return calendar_tables(calendars, stretch).calendar
    except ConfigurationError:
        return calendar_tables({}, stretch).calendar


def _slices(rows: Iterable[tuple[Mapping[str, Any], str]]) -> pa.Table:
    columns: dict[str, list[str]] = {name: [] for name in (*_SLICE, "calendar_id")}
    for row, name in rows:
        for column in _SLICE:
            columns[column].append(row[column])
        columns["calendar_id"].append(name)
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
