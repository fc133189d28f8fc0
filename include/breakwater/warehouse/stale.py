"""Days whose input changed after they were closed, until they have been closed again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from breakwater.warehouse.database import Connection, hold

CLOSE = "close"
"""The stage whose lock guards a day's closing; whoever closes the day holds it."""


@dataclass(frozen=True, slots=True)
class StaleMark:
    """One vendor's part of a closed day that no longer says what was delivered.

    Attributes:
        day: the operational day.
        vendor: whose rows changed.
        reason: what changed them, in words; every distinct one since the day was closed.
        since: when the first change came.
        marked_at: when the last one came; tells this mark from one that was set anew meanwhile.
        figures: what the day said when it became stale, or when it was last restated since then.
    """

    day: date
    vendor: str
    reason: str
    since: datetime
    marked_at: datetime
    figures: Mapping[str, Any] = field(repr=False)


def mark_stale(
    connection: Connection, vendor: str, days: Iterable[date], reason: str, at: datetime
) -> tuple[date, ...]:
    """Remember, in the transaction that changes them, which closed days are to be closed again.

    A day that was never closed needs no mark: its closing reads what is there by then. A day that
    is marked already keeps its mark and gains the reason.

    Args:
        connection: the transaction that changes the rows.
        vendor: whose rows change.
        days: operational days.
        reason: what changed them, a few words without a vendor's text.
        at: the instant.

    Returns:
        Those of the days that are stale now, in order.
    """
    marked = []
    for day in sorted(set(days)):
        # A closing that is under way is waited for: it has read what changes here.
        hold(connection, CLOSE, day)
        # A mark set anew always differs from the one before, so that whoever closes the day
        # meanwhile, and read too early, does not take it away.
        found = connection.execute(
            "insert into operations.stale_day as mark (operational_day, vendor, reason, since,"
            " marked_at, figures) select operational_day, %(vendor)s, %(reason)s, %(at)s, %(at)s,"
            " figures from measure.day_close where operational_day = %(day)s"
            " on conflict (operational_day, vendor) do update set"
            " reason = case when strpos(mark.reason, excluded.reason) > 0 then mark.reason"
            " else mark.reason || '; ' || excluded.reason end,"
            " marked_at = greatest(mark.marked_at + interval '1 microsecond', excluded.marked_at)"
            " returning 1",
            {"vendor": vendor, "reason": reason, "at": at, "day": day},
        ).fetchone()
        if found is not None:
            marked.append(day)
    return tuple(marked)


def stale_days(connection: Connection, vendor: str | None = None) -> list[StaleMark]:
    """List every mark, or one vendor's, in the order of days and vendors."""
    rows = connection.execute(
        "select operational_day as day, vendor, reason, since, marked_at, figures"
        " from operations.stale_day where vendor = coalesce(%s, vendor) order by operational_day, vendor",
        [vendor],
    )
    return [StaleMark(**row) for row in rows]


def clear_stale(connection: Connection, marks: Iterable[StaleMark]) -> int:
    """Take marks away, as they were read before the day was closed again; return how many.

    One that was set anew since then stays: what set it has not been closed.
    """
    cleared = 0
    for mark in marks:
        cleared += connection.execute(
            "delete from operations.stale_day"
            " where operational_day = %s and vendor = %s and marked_at = %s",
            [mark.day, mark.vendor, mark.marked_at],
        ).rowcount
    return cleared


def replace_figures(connection: Connection, day: date, figures: Mapping[str, Any]) -> None:
    """Let the marks that remain on a day say what it says now, once what moved has been kept."""
    connection.execute(
        "update operations.stale_day set figures = %s where operational_day = %s",
        [json.dumps(dict(figures)), day],
    )
