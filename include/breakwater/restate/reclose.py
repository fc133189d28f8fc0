"""Close days again whose input changed after they were closed, telling nobody."""

import logging
import traceback
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from breakwater.contracts.shape import ListingShape
from breakwater.core.errors import BreakwaterError
from breakwater.detect.again import days_out_of_date
from breakwater.detect.detect import detect_days
from breakwater.landing.land import land_day
from breakwater.measure.closing.coverage import coverage_of
from breakwater.measure.measure import measure_day
from breakwater.measure.renew import measure_neighbours
from breakwater.measure.restatement import Restatement, settle
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.restate.silently import close_whole_day, raise_silently, write_digest
from breakwater.warehouse.stale import StaleMark, stale_days
from breakwater.warehouse.workspace import Workspace

log = logging.getLogger(__name__)

MOST_TIMES = 3
"""Closing a day can make a neighbour stale, and that one this day again; beyond that, next time."""


@dataclass(slots=True)
class Reclosing:
    """What one call came to.

    Attributes:
        closed: days that were closed again, in order, each once.
        restated: what moved, in the order of closing; a day whose figures stayed is not among them.
        judged: days that were compared with their history once more, since that had moved, or what
            is known of it; in order. Those whose anomalies stayed as they were are among them.
        problems: what could not be done, one sentence each; those days stay stale.
    """

    closed: list[date] = field(default_factory=list)
    restated: list[Restatement] = field(default_factory=list)
    judged: list[date] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, fit for XCom and for JSON."""
        return {
            "closed": [day.isoformat() for day in self.closed],
            "restated": [
                {
                    "operational_day": each.day.isoformat(),
                    "reasons": dict(each.reasons),
                    "difference": each.difference,
                }
                for each in self.restated
            ],
            "judged": [day.isoformat() for day in self.judged],
            "problems": self.problems,
        }


def reclose_stale(
    workspace: Workspace,
    now: datetime,
    *,
    vendor: str | None = None,
    days: Collection[date] | None = None,
) -> Reclosing:
    """Close every stale day again, the earliest first: a day is compared with those before it.

    A vendor-day whose results are older than its rows is reconciled and measured first. Findings
    become incidents and the digest gets its edition as in a backfill: nobody is paged and nothing
    is sent. Safe to kill and to repeat, also side by side: a mark is taken away in the
    transaction that keeps what its closing changed. Last, the days after them are judged again
    whose history is another now.

    Args:
        workspace: the installation.
        now: the instant to remember for what changes.
        vendor: only days that are stale for this vendor; for the others they stay so.
        days: only these; every stale day when absent.
    """
    done, times = Reclosing(), Counter[date]()
    while True:
        marks = _next_marks(workspace, vendor, days, times)
        if not marks:
            _judge_again(workspace, days, now, done)
            return done
        day, problems = marks[0].day, len(done.problems)
        times[day] += 1
        try:
            _reclose(workspace, day, marks, now, done)
        except Exception as error:  # noqa: BLE001  nobody else is to wait for it
            done.problems.append(_told(error, f"the day {day.isoformat()}"))
        if len(done.problems) > problems:
            times[day] = MOST_TIMES  # again would give the same


def _next_marks(
    workspace: Workspace, vendor: str | None, days: Collection[date] | None, times: Counter[date]
) -> list[StaleMark]:
    """Return the marks of the earliest day that may still be closed in this call."""
    with workspace.warehouse.transaction() as connection:
        marks = [
            mark
            for mark in stale_days(connection, vendor)
            if (days is None or mark.day in days) and times[mark.day] < MOST_TIMES
        ]
    return [mark for mark in marks if mark.day == marks[0].day]


def _reclose(
    workspace: Workspace,
    day: date,
    marks: list[StaleMark],
    now: datetime,
    done: Reclosing,
) -> None:
    """Bring the vendors of a stale day up to date, and close it; what fails stays marked."""
    failed = set()
    for name in sorted({mark.vendor for mark in marks}):
        try:
            _bring_up_to_date(workspace, name, day, now)
        except Exception as error:  # noqa: BLE001  nobody else is to wait for it
            done.problems.append(_told(error, f"{name} {day.isoformat()}"))
            failed.add(name)
    close_whole_day(workspace, day, now)
    write_digest(workspace, day, now)
    if day not in done.closed:
        done.closed.append(day)
    settled = settle(workspace, day, [mark for mark in marks if mark.vendor not in failed], now)
    if settled is not None and settled.difference:
        done.restated.append(settled)


def _judge_again(
    workspace: Workspace, days: Collection[date] | None, now: datetime, done: Reclosing
) -> None:
    """Compare days with their history whose scores rest on another one, from the given days on.

    Those whose anomalies moved get their incidents and a new edition.
    """
    with workspace.warehouse.transaction() as connection:
        found = days_out_of_date(connection, workspace.configuration.events)
    due = [day for day in found if days is None or day >= min(days, default=date.max)]
    if not due:
        return
    try:
        for result in detect_days(workspace, due, now):
            if result.changed:
                raise_silently(workspace, result.operational_day, now)
                write_digest(workspace, result.operational_day, now)
            done.judged.append(result.operational_day)
    except Exception as error:  # noqa: BLE001  what was closed again stays closed
        done.problems.append(_told(error, f"the anomalies from {due[0].isoformat()} on"))


def _told(error: Exception, about: str) -> str:
    """Return the sentence of what could not be done, so that the others need not wait for it.

    Of an error that nobody foresaw only the kind: its words may be a vendor's. Where it arose goes
    to the log.
    """
    if isinstance(error, BreakwaterError):
        return str(error)
    kind = type(error).__name__
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s could not be closed again: %s\n%s", about, kind, where)
    return f"{about}: expected it to be closed again; found {kind}, see the log"


def _bring_up_to_date(workspace: Workspace, vendor: str, day: date, now: datetime) -> None:
    with workspace.warehouse.transaction() as connection:
        coverage = coverage_of(connection, workspace, day, [vendor])
    shape = workspace.configuration.vendor(vendor, day).shape
    if isinstance(shape, ListingShape) or vendor in coverage.to_land_again:
        # What listings tell starts from the last one of the day before, which may be another now,
        # or have been corrected.
        land_day(workspace, vendor, day, now)
        with workspace.warehouse.transaction() as connection:
            coverage = coverage_of(connection, workspace, day, [vendor])
    if coverage.standing[vendor] in {"unfinished", "stale"}:
        reconcile_day(workspace, vendor, day, now)
        measure_day(workspace, vendor, day, now)
    # Also where nothing was to be done: what measured the day may have been killed before this.
    measure_neighbours(workspace, vendor, day, now)
