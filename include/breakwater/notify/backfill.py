"""What a backfill changed in silence, told once: one line when it is over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from breakwater.core.finding import Rule, Severity
from breakwater.core.plain import one_line
from breakwater.notify.channel import News
from breakwater.notify.channels.registry import parts_of
from breakwater.notify.message import Fact, Message, Row, Standing
from breakwater.notify.telling import TellingReason
from breakwater.notify.transition import Move, Transition
from breakwater.notify.words import WORDS
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.outbox import enqueue
from breakwater.warehouse.workspace import Workspace

OVER_AFTER = timedelta(minutes=30)
"""A backfill is over when so long none of its days was looked at."""

_LONGEST_NAME = 80

Moves = Mapping[str, Mapping[str, int]]
"""By rule, how many incidents moved, by how they moved."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Days that somebody had closed again, and what became of their incidents."""

    backfill_id: int
    started_by: str
    first_day: date
    last_day: date
    moves: Moves
    ended_at: datetime
    told_at: datetime | None


def remember_backfill(
    connection: Connection, day: date, moves: Sequence[Move], started_by: str, now: datetime
) -> None:
    """Add a day to the backfill that it is part of: the one of the same person that is not over."""
    hold(connection, "backfill")
    running = connection.execute(
        "select backfill_id, moves from notify.backfill where started_by = %s and told_at is null"
        " and ended_at > %s order by backfill_id desc limit 1",
        [started_by, now - OVER_AFTER],
    ).fetchone()
    if running is None:
        connection.execute(
            "insert into notify.backfill (started_by, first_day, last_day, moves, began_at, ended_at)"
            " values (%s, %s, %s, %s, %s, %s)",
            [started_by, day, day, json.dumps(_added({}, moves)), now, now],
        )
        return
    connection.execute(
        "update notify.backfill set first_day = least(first_day, %s),"
        " last_day = greatest(last_day, %s), moves = %s, ended_at = greatest(ended_at, %s)"
        " where backfill_id = %s",
        [day, day, json.dumps(_added(running["moves"], moves)), now, running["backfill_id"]],
    )


def tell_backfills(workspace: Workspace, now: datetime) -> int:
    """Write one message about each backfill that is over; return how many.

    They go where ``incidents.backfills_told_to`` says. One that moved no incident is not told.
    """
    destinations = workspace.configuration.operations.incidents.backfills_told_to
    count = 0
    with workspace.warehouse.transaction() as connection:
        hold(connection, "backfill")
        over = connection.execute(
            "update notify.backfill set told_at = %s where told_at is null and ended_at <= %s"
            " returning *",
            [now, now - OVER_AFTER],
        ).fetchall()
        for row in sorted(over, key=lambda row: int(row["backfill_id"])):
            backfill = _backfill_of(row)
            if not backfill.moves:
                continue
            news = News(summary_of(backfill), TellingReason.OPENED, is_first=True)
            for destination in destinations:
                for part in parts_of(destination.channel, news):
                    count += enqueue(
                        connection,
                        subject=f"Backfill/{backfill.backfill_id}",
                        transition=part.name,
                        channel=destination.channel,
                        recipient=destination.recipient,
                        thread_key=f"Backfill/{backfill.backfill_id}",
                        operation=part.operation,
                        payload=part.payload,
                        now=now,
                    )
    return count


def past_backfills(connection: Connection, most: int) -> list[Backfill]:
    """List backfills, the newest first."""
    rows = connection.execute(
        "select * from notify.backfill order by backfill_id desc limit %s", [most]
    )
    return [_backfill_of(row) for row in rows]


def summary_of(backfill: Backfill) -> Message:
    """Compose the one message about a backfill."""
    days, by = days_of(backfill), one_line(backfill.started_by, _LONGEST_NAME)
    return Message(
        title=f"Backfill {days} by {by}",
        standing=Standing(Severity.INFO, is_open=True),
        verdict=f"{moved_words(backfill.moves)}. Nobody was paged for it.",
        changes=(),
        facts=(Fact("Days", days), Fact("By", by)),
        rows=tuple(
            Row(
                Standing(Severity.INFO, is_open=True),
                WORDS[Rule(rule)].title,
                moved_words({rule: kinds}),
            )
            for rule, kinds in sorted(backfill.moves.items())
        ),
        rows_left_out=0,
        next_step=(
            "Look at what is open: breakwater incidents list"
            f" --from {backfill.first_day.isoformat()} --to {backfill.last_day.isoformat()}"
        ),
        runbook=None,
        data_through="The numbers of these days are those of the backfill.",
    )


def days_of(backfill: Backfill) -> str:
    """Spell the days of a backfill, as ``10–16 Nov 2026``."""
    first, last = backfill.first_day, backfill.last_day
    if first == last:
        return f"{last.day} {last.strftime('%b %Y')}"
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {first:%b %Y}"
    return f"{first.day}{month}–{last.day} {last.strftime('%b %Y')}"


def moved_words(moves: Moves) -> str:
    """Spell how many incidents moved, as ``3 restated, 1 resolved``."""
    counts = {
        kind: sum(kinds.get(kind.value, 0) for kinds in moves.values()) for kind in Transition
    }
    told = [f"{count} {kind.value}" for kind, count in counts.items() if count]
    return ", ".join(told) or "nothing changed"


def _added(before: Moves, moves: Sequence[Move]) -> dict[str, dict[str, int]]:
    added = {rule: dict(kinds) for rule, kinds in before.items()}
    for move in moves:
        if move.transition is not Transition.UNCHANGED:
            kinds = added.setdefault(move.incident.finding.rule.value, {})
            kinds[move.transition.value] = kinds.get(move.transition.value, 0) + 1
    return added


def _backfill_of(row: Mapping[str, Any]) -> Backfill:
    return Backfill(
        backfill_id=row["backfill_id"],
        started_by=row["started_by"],
        first_day=row["first_day"],
        last_day=row["last_day"],
        moves=row["moves"],
        ended_at=row["ended_at"],
        told_at=row["told_at"],
    )
