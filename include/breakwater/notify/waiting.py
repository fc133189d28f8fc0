"""What waits to be told, and which escalations run, as the warehouse keeps them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from breakwater.notify.escalate import Running
from breakwater.notify.route import Recipient
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """News of a thread that a recipient has not been told yet.

    Attributes:
        thread_key: the thread as it was when it began to wait.
        recipient: who waits.
        members: fingerprints of its incidents.
        reason: what it waits for, in the word of the decision that held it.
        since: since when there is news.
        due_at: when to decide again.
    """

    thread_key: str
    recipient: Recipient
    members: frozenset[str]
    reason: str
    since: datetime
    due_at: datetime


def waiting_of_day(connection: Connection, day: date) -> list[Waiting]:
    """Read what waits of an operational day."""
    rows = connection.execute(
        "select * from notify.waiting where operational_day = %s"
        " order by channel, recipient, thread_key",
        [day],
    )
    return [
        Waiting(
            thread_key=row["thread_key"],
            recipient=Recipient(row["channel"], row["recipient"]),
            members=frozenset(row["members"]),
            reason=row["reason"],
            since=row["since"],
            due_at=row["due_at"],
        )
        for row in rows
    ]


def replace_waiting(
    connection: Connection, day: date, recipient: Recipient, waiting: Iterable[Waiting]
) -> None:
    """Let what one recipient waits for be this and nothing else."""
    connection.execute(
        "delete from notify.waiting where operational_day = %s and channel = %s and recipient = %s",
        [day, recipient.channel, recipient.address],
    )
    for each in waiting:
        connection.execute(
            "insert into notify.waiting values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                day,
                recipient.channel,
                recipient.address,
                each.thread_key,
                json.dumps(sorted(each.members)),
                each.reason,
                each.since,
                each.due_at,
            ],
        )


def escalations_of_day(connection: Connection, day: date) -> dict[str, Running]:
    """Read the escalations of an operational day by the fingerprint of their incident."""
    rows = connection.execute(
        "select * from notify.escalation where operational_day = %s order by fingerprint", [day]
    )
    return {
        row["fingerprint"]: Running(row["escalation"], row["started_at"], row["steps"])
        for row in rows
    }


def save_escalations(
    connection: Connection, day: date, running: Mapping[str, tuple[Running, datetime | None]]
) -> None:
    """Write escalations that began or took a step, each with the instant of its next step."""
    for fingerprint, (each, due_at) in running.items():
        connection.execute(
            "insert into notify.escalation values (%s, %s, %s, %s, %s, %s)"
            " on conflict (fingerprint) do update set escalation = excluded.escalation,"
            " started_at = excluded.started_at, steps = excluded.steps, due_at = excluded.due_at",
            [fingerprint, day, each.escalation, each.started_at, each.steps, due_at],
        )


def end_escalations(connection: Connection, fingerprints: Iterable[str]) -> None:
    """Forget the escalations of incidents that are over; reopened, they begin anew."""
    connection.execute(
        "delete from notify.escalation where fingerprint = any(%s)", [sorted(fingerprints)]
    )


def days_due(connection: Connection, now: datetime) -> list[date]:
    """List the operational days of which something is due by an instant.

    A step of an escalation is not while its incident is acknowledged, snoozed or hidden: it would be
    asked for again and again, and taken by nobody.
    """
    rows = connection.execute(
        "select operational_day from notify.waiting where due_at <= %(now)s"
        " union select escalation.operational_day from notify.escalation"
        " join notify.incident using (fingerprint) where escalation.due_at <= %(now)s and ("
        " incident.state = 'resolved' or incident.hidden_by is null and ("
        " incident.word is null or incident.word_until <= %(now)s)) order by 1",
        {"now": now},
    )
    return [row["operational_day"] for row in rows]
