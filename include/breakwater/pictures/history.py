"""The days before an abnormal number, as they were judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from breakwater.core.finding import Finding
from breakwater.warehouse.database import Connection
from breakwater.warehouse.tracks import spread

DAYS_BEFORE = 28
"""Four of each weekday."""

_HISTORIES = """
    select series,
           array_agg(operational_day - %(first)s::date order by operational_day) as days,
           array_agg(value order by operational_day) as "values",
           array_agg(expected order by operational_day) as expected,
           array_agg(band_low order by operational_day) as low,
           array_agg(band_high order by operational_day) as high
    from detect.score
    where operational_day between %(first)s and %(day)s and series = any(%(series)s)
    group by series
    order by series collate "C"
"""


@dataclass(frozen=True, slots=True)
class History:
    """The judged days of an abnormal series, `DAYS_BEFORE` + 1 of them; None where none is."""

    series: str
    values: tuple[float | None, ...]
    expected: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def days_of(day: date) -> tuple[date, ...]:
    """List the days of a picture, oldest first."""
    return tuple(day - timedelta(days=back) for back in reversed(range(DAYS_BEFORE + 1)))


def read_histories(
    connection: Connection, day: date, findings: Iterable[Finding]
) -> tuple[History, ...]:
    """Read the days before what was found to be abnormal on a day."""
    series = sorted({str(f.detail["series"]) for f in findings if "series" in f.detail})
    if not series:
        return ()
    first = day - timedelta(days=DAYS_BEFORE)
    rows = connection.execute(_HISTORIES, {"first": first, "day": day, "series": series})
    columns = ("values", "expected", "low", "high")
    return tuple(
        History(
            row["series"],
            *(spread(row["days"], row[name], DAYS_BEFORE + 1) for name in columns),
        )
        for row in rows
    )
