"""What a day said before and after it was closed again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from breakwater.measure.close import STAGE
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.stale import StaleMark, clear_stale, replace_figures, stale_days
from breakwater.warehouse.workspace import Workspace

Figures = Mapping[str, Any]
Difference = dict[str, dict[str, dict[str, Any]]]
"""``{vendor or "total" or "coverage": {figure: {"before": …, "after": …, "change": …}}}``."""


@dataclass(frozen=True, slots=True)
class Restatement:
    """One day, closed again.

    Attributes:
        day: the operational day.
        reasons: by vendor, why it was stale.
        before: the figures when it became stale.
        after: the figures now.
    """

    day: date
    reasons: Mapping[str, str]
    before: Figures
    after: Figures

    @property
    def difference(self) -> Difference:
        """Every figure that moved; empty when none did."""
        return difference_of(self.before, self.after)


def difference_of(before: Figures, after: Figures) -> Difference:
    """Compare the figures of a day figure by figure.

    A count that is on one side alone was nothing on the other. ``change`` is after minus before,
    and is left out where the figure is a list of vendors.
    """
    found: Difference = {}
    for part in ("total", "coverage"):
        _compare(found, part, before.get(part, {}), after.get(part, {}))
    then, now = before.get("vendors", {}), after.get("vendors", {})
    for vendor in sorted({*then, *now}):
        _compare(found, vendor, then.get(vendor, {}), now.get(vendor, {}))
    return found


def _compare(found: Difference, part: str, before: Figures, after: Figures) -> None:
    then, now = dict(_leaves(before)), dict(_leaves(after))
    for name in sorted({*then, *now}):
        nothing: Any = [] if part == "coverage" else 0
        old, new = then.get(name, nothing), now.get(name, nothing)
        if old != new:
            moved = {"before": old, "after": new}
            if not isinstance(old, list):
                moved["change"] = new - old
            found.setdefault(part, {})[name] = moved


def _leaves(nest: Figures, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, value in nest.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield "/".join((*path, name)), value


def settle(
    workspace: Workspace, day: date, marks: Sequence[StaleMark], now: datetime
) -> Restatement | None:
    """Take away the marks of a day that was closed again, and keep what that changed.

    Both in one transaction, so that of two closings at the same time one alone keeps it, and a
    killed one leaves the marks, with what the day said before, to the next.

    Args:
        workspace: the installation.
        day: which operational day.
        marks: as they were read before the closing began.
        now: the instant to remember.

    Returns:
        The restatement, kept if a figure moved; None when another closing was faster.
    """
    with workspace.warehouse.transaction() as connection:
        hold(connection, STAGE, day)
        seen = {(mark.vendor, mark.marked_at) for mark in marks}
        # Read anew: another closing may have kept meanwhile what the day said when these were set.
        found = [
            mark
            for mark in stale_days(connection)
            if mark.day == day and (mark.vendor, mark.marked_at) in seen
        ]
        if not clear_stale(connection, found):
            return None
        restatement = Restatement(
            day,
            {mark.vendor: mark.reason for mark in found},
            min(found, key=lambda mark: mark.since).figures,
            _figures(connection, day),
        )
        # What moved so far is told here; those that remain tell what moves from here.
        replace_figures(connection, day, restatement.after)
        if restatement.difference:
            _keep(connection, restatement, now)
    return restatement


def _figures(connection: Connection, day: date) -> Figures:
    row = connection.execute(
        "select figures from measure.day_close where operational_day = %s", [day]
    ).fetchone()
    return {} if row is None else row["figures"]


def _keep(connection: Connection, restatement: Restatement, now: datetime) -> None:
    connection.execute(
        "insert into measure.restatement (operational_day, vendors, reasons, before, after,"
        " difference, restated_at) values (%s, %s, %s, %s, %s, %s, %s)",
        [
            restatement.day,
            sorted(restatement.reasons),
            json.dumps(dict(restatement.reasons)),
            json.dumps(restatement.before),
            json.dumps(restatement.after),
            json.dumps(restatement.difference),
            now,
        ],
    )
