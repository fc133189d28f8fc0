"""Numbers of a day hour by hour, from the lake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import fsspec
import pyarrow.parquet as pq

from breakwater.contracts.tables import KPI_HOUR
from breakwater.core.days import days_between
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Lake, current_versions
from breakwater.warehouse.numbers import Asked


@dataclass(frozen=True, slots=True)
class HourNumber:
    """One value of a metric in one hour.

    Attributes:
        day: the operational day; an hour in which midnight lies is a part of two.
        hour_at: UTC seconds at which the hour starts.
        scope: dimensions and their values; empty for everything.
        value: what people read.
        numerator: the sum above the line; of a level, at the hour's end.
        denominator: the sum below it; None for counts and levels.
    """

    day: date
    hour_at: int
    scope: Mapping[str, str]
    value: float | None
    numerator: float
    denominator: float | None


def read_hours(
    connection: Connection, lake: Lake, vendors: tuple[str, ...], asked: Asked
) -> list[HourNumber]:
    """Return the numbers asked for, hour by hour and in order of their scope; nothing is no number.

    Args:
        connection: where the lake's pointers are.
        lake: where the rows are.
        vendors: those that may have rows; `asked.vendors` narrows them.
        asked: a metric that is kept by the hour, and days.
    """
    wanted = [vendor for vendor in vendors if not asked.vendors or vendor in asked.vendors]
    numbers: list[HourNumber] = []
    for day in days_between(asked.first, asked.last):
        sums: dict[tuple[Any, ...], tuple[float, float | None]] = {}
        for vendor in wanted:
            for version in current_versions(connection, KPI_HOUR.name, day, vendor):
                for row in _read(lake, version.path, asked.metric.metric):
                    key = (row["hour_at"], *(row[name] for name in asked.by))
                    above, below = sums.get(key, (0.0, None))
                    more = row["denominator"]
                    total = below if more is None else (below or 0.0) + more
                    sums[key] = above + row["numerator"], total
        numbers += [_number(asked, day, key, *sums[key]) for key in sorted(sums)]
    return numbers


@dataclass(frozen=True, slots=True)
class SliceHours:
    """One metric of one slice over the hours of some days.

    Attributes:
        days: those on which any vendor that is part of the slice is measured.
        sums: by the UTC second of the hour, the sums above and below the line; an hour of nothing
            is not there. Below the line is zero for counts and levels.
    """

    days: frozenset[date]
    sums: Mapping[int, tuple[float, float]]


def read_slice_hours(
    connection: Connection,
    lake: Lake,
    span: tuple[date, date],
    metric: str,
    scope: Mapping[str, str],
) -> SliceHours:
    """Return the hours of one slice from one day to another, both included.

    Args:
        connection: where the lake's pointers are.
        lake: where the rows are.
        span: first and last operational day.
        metric: one that is kept by the hour.
        scope: values of some dimensions; without a vendor all vendors count, and a day is known
            when any of them is measured.
    """
    found = connection.execute(
        "select operational_day, path from lake.partition where table_name = %s"
        " and operational_day between %s and %s and vendor = coalesce(%s, vendor)"
        " and superseded_at is null order by operational_day, vendor",
        [KPI_HOUR.name, *span, scope.get("vendor")],
    ).fetchall()
    where = [("metric", "=", metric), *((name, "=", value) for name, value in scope.items())]
    sums: dict[int, tuple[float, float]] = {}
    for row in found:
        hours = _columns(lake, row["path"], where)
        for hour_at, more, below in zip(*hours, strict=True):
            one, other = sums.get(hour_at, (0.0, 0.0))
            sums[hour_at] = one + more, other + (below or 0.0)
    return SliceHours(frozenset(row["operational_day"] for row in found), sums)


def _columns(lake: Lake, path: str, where: list[tuple[str, str, str]]) -> list[list[Any]]:
    names = ["hour_at", "numerator", "denominator"]
    file_system, place = fsspec.core.url_to_fs(lake.url(path))
    with file_system.open(place, "rb") as stream:
        table = pq.read_table(stream, columns=names, filters=where)
    return [table.column(name).to_pylist() for name in names]


def _read(lake: Lake, path: str, metric: str) -> list[dict[str, Any]]:
    file_system, place = fsspec.core.url_to_fs(lake.url(path))
    with file_system.open(place, "rb") as stream:
        found = pq.read_table(stream, filters=[("metric", "=", metric)])
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _number(
    asked: Asked, day: date, key: tuple[Any, ...], above: float, below: float | None
) -> HourNumber:
    hour_at, *values = key
    scope = dict(zip(asked.by, values, strict=True))
    return HourNumber(day, hour_at, scope, asked.metric.value(above, below), above, below)
