"""The forecast of a vendor-day: made from what has landed, kept beside the day's other answers."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from breakwater.core.days import operational_day_of, utc_instant, utc_seconds
from breakwater.core.errors import NotLandedError
from breakwater.measure.forecast.book import Book
from breakwater.measure.forecast.forecast import Forecast, Forecaster, Settings
from breakwater.measure.forecast.line import HOUR, Standing
from breakwater.measure.forecast.open_time import NEVER
from breakwater.measure.forecast.read import read_book, read_versions
from breakwater.warehouse.database import hold, replace_rows
from breakwater.warehouse.stage_run import StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "forecast"

_COLUMNS = (
    *("clock", "case_id_vendor", "started_at", "site", "queue", "due_at", "standing"),
    *("cases_ahead", "pace_per_hour", "pace_low", "pace_high"),
    *("expected_at", "earliest_at", "latest_at"),
    *("likelihood", "likelihood_low", "likelihood_high", "alike_count", "will_breach"),
)


def forecast_day(
    workspace: Workspace, vendor: str, day: date, now: datetime, at: datetime | None = None
) -> StageResult:
    """Say which open cases of a vendor will miss their promise, and keep that.

    Made from events up to the instant alone, so it is the same whenever it is made. It reads the
    days before, too, and is no part of what a closed day says: a late record of those days makes
    another forecast and no day stale.

    Args:
        workspace: the installation.
        vendor: whose cases.
        day: an operational day that has landed.
        now: the instant to remember for what changes.
        at: as of when; the day's end when absent.

    Returns:
        How many open clocks were looked at, and how many will be missed, by clock.

    Raises:
        NotLandedError: the day has not landed, or the instant is none of it.
    """
    window = workspace.window(day)
    instant = window.end if at is None else utc_seconds(at)
    if not window.start < instant <= window.end:
        raise NotLandedError(
            vendor,
            day,
            "there is nothing to forecast from",
            expected="an instant of the day, or its end",
            found=f"one of {operational_day_of(instant, workspace.configuration.operations.zone_info)}",
        )
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, vendor, day)
        versions = read_versions(connection, workspace, vendor, day)
        book = read_book(workspace, vendor, day, instant, versions)
        found = Forecaster(book, settings_of(workspace)).at(instant)
        rows = list(forecast_rows(book, found))
        key = {"operational_day": day, "vendor": vendor, "as_of": utc_instant(instant)}
        replace_rows(
            connection, "measure.breach_forecast", key, _COLUMNS, (list(r.values()) for r in rows)
        )
        return record_stage(
            connection,
            day=day,
            vendor=vendor,
            stage=STAGE,
            inputs=[[version.sha256 for version in versions], instant],
            outputs=rows,
            summary={
                "as_of": utc_instant(instant).isoformat(),
                "clocks": len(rows),
                "will_breach": sum(row["will_breach"] for row in rows),
                "by_clock": _by_clock(rows),
            },
            at=now,
        )


def settings_of(workspace: Workspace) -> Settings:
    """Return how far the installation's forecasts look."""
    told = workspace.configuration.operations.forecast
    return Settings(told.horizon_hours * HOUR, told.history_days * 24 * HOUR, told.likely)


def forecast_rows(book: Book, found: Forecast) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``measure.breach_forecast``, by due instant, clock and case."""
    runs, cases = book.runs, book.cases
    keys = (
        (int(runs.due[run]), book.clocks[runs.name[run]], cases.names[runs.case[run]], n)
        for n, run in enumerate(found.run)
    )
    for due, clock, case_id, n in sorted(keys):
        run = found.run[n]
        site, queue = book.queues[cases.queue[runs.case[run]]]
        standing = Standing(int(found.standing[n]))
        yield {
            "clock": clock,
            "case_id_vendor": case_id,
            "started_at": utc_instant(int(runs.started[run])),
            "site": site,
            "queue": queue,
            "due_at": utc_instant(due),
            "standing": standing.name.lower(),
            "cases_ahead": int(found.ahead[n]) if standing is Standing.WAITING else None,
            **{
                name: round(float(each[n]) * HOUR, 6)
                for name, each in (
                    ("pace_per_hour", found.pace),
                    ("pace_low", found.pace_low),
                    ("pace_high", found.pace_high),
                )
            },
            "expected_at": _shown(int(found.expected[n])),
            "earliest_at": _shown(int(found.earliest[n])),
            "latest_at": _shown(int(found.latest[n])),
            "likelihood": round(float(found.likelihood.mean[n]), 6),
            "likelihood_low": round(float(found.likelihood.low[n]), 6),
            "likelihood_high": round(float(found.likelihood.high[n]), 6),
            "alike_count": int(found.likelihood.similar[n]),
            "will_breach": bool(found.will_breach[n]),
        }


def _shown(instant: int) -> datetime | None:
    return None if instant == NEVER else utc_instant(instant)


def _by_clock(rows: list[dict[str, Any]]) -> dict[str, int]:
    clocks = sorted({row["clock"] for row in rows if row["will_breach"]})
    return {c: sum(row["clock"] == c and row["will_breach"] for row in rows) for c in clocks}
