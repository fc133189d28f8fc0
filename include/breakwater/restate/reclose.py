"""Close days again whose input changed after they were closed, telling nobody."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from breakwater.contracts.shape import ListingShape
from breakwater.core.errors import BreakwaterError
from breakwater.core.vocabulary import RunType
from breakwater.detect.detect import detect_day
from breakwater.landing.land import land_day
from breakwater.measure.close import close_day
from breakwater.measure.closing.coverage import coverage_of
from breakwater.measure.measure import measure_day
from breakwater.measure.renew import measure_neighbours, outdated_days
from breakwater.measure.restatement import Restatement, settle
from breakwater.notify.incidents import raise_incidents
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.report.digest import publish_digest
from breakwater.warehouse.stale import StaleMark, mark_stale, stale_days
from breakwater.warehouse.workspace import Workspace

MOST_TIMES = 3
"""Closing a day can make a neighbour stale, and that one this day again; beyond that, next time."""


@dataclass(slots=True)
class Reclosing:
    """What one call came to.

    Attributes:
        closed: days that were closed again, in order, each once.
        restated: what moved, in the order of closing; a day whose figures stayed is not among them.
        problems: what could not be done, one sentence each; those days stay stale.
    """

    closed: list[date] = field(default_factory=list)
    restated: list[Restatement] = field(default_factory=list)
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
    transaction that keeps what its closing changed.

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
            return done
        day, problems = marks[0].day, len(done.problems)
        times[day] += 1
        try:
            _reclose(workspace, day, marks, now, done)
        except BreakwaterError as error:
            done.problems.append(str(error))
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
        except BreakwaterError as error:
            done.problems.append(str(error))
            failed.add(name)
    close_day(workspace, day, now)
    detect_day(workspace, day, now)
    raise_incidents(workspace, day, now, run_type=RunType.BACKFILL)
    publish_digest(workspace, day, now, run_type=RunType.BACKFILL, deliver=False)
    if day not in done.closed:
        done.closed.append(day)
    settled = settle(workspace, day, [mark for mark in marks if mark.vendor not in failed], now)
    if settled is not None and settled.difference:
        done.restated.append(settled)


def _bring_up_to_date(workspace: Workspace, vendor: str, day: date, now: datetime) -> None:
    if isinstance(workspace.configuration.vendor(vendor, day).shape, ListingShape):
        # What its listings tell starts from the last one of the day before, which may be another now.
        land_day(workspace, vendor, day, now)
    with workspace.warehouse.transaction() as connection:
        standing = coverage_of(connection, workspace, day, [vendor]).standing[vendor]
    if standing in {"unfinished", "stale"}:
        reconcile_day(workspace, vendor, day, now)
        measure_day(workspace, vendor, day, now)
        measure_neighbours(workspace, vendor, day, now)
    _mark_later_days(workspace, vendor, day, now)


def _mark_later_days(workspace: Workspace, vendor: str, day: date, now: datetime) -> None:
    """Mark the days whose backlog was read from what this day said before."""
    outdated = outdated_days(workspace, vendor, day)
    if outdated:
        with workspace.warehouse.transaction() as connection:
            reason = f"what is known of {day.isoformat()} changed"
            mark_stale(connection, vendor, outdated, reason, now)
