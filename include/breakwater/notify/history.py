"""The history of incidents: every move and every word, in order, never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from breakwater.core.vocabulary import RunType
from breakwater.notify.incident import Incident
from breakwater.notify.word import Word
from breakwater.warehouse.database import Connection

Via = Literal["run", "command_line", "link"]

OURSELVES = "breakwater"
"""Who did what followed by itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of an incident's history.

    Attributes:
        kind: a transition's name, or ``noted``.
        actor: a person, or `OURSELVES`.
        via: how it came: by a run, the command line, or a link in a message.
        until: until when a word counts.
        note: what the person said, or why a word lapsed.
        run_type: of a run, why it ran.
        paging: of a run, why people might be told, or why not; see ``breakwater.notify.page``.
    """

    kind: str
    actor: str = OURSELVES
    via: Via = "run"
    until: datetime | None = None
    note: str = ""
    run_type: RunType | None = None
    paging: str | None = None


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event, when it was, and how bad the incident was after it."""

    event: Event
    severity: str
    value: float
    at: datetime


def lapse_of(word: Word, now: datetime) -> Event:
    """Return the event of a word that counts no longer."""
    why = "its time is over" if word.is_over(now) else "it got worse"
    return Event(kind="lapsed", note=f"{word.kind} by {word.by}: {why}")


def add_event(connection: Connection, incident: Incident, event: Event, now: datetime) -> None:
    """Append to an incident's history; the incident is as it is after the event."""
    connection.execute(
        "insert into notify.incident_transition (fingerprint, ordinal, kind, severity, value,"
        " run_type, paging, actor, via, until, note, happened_at)"
        " select %s, count(*) + 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s"
        " from notify.incident_transition where fingerprint = %s",
        [
            incident.fingerprint,
            event.kind,
            incident.finding.severity,
            incident.finding.value,
            event.run_type,
            event.paging,
            event.actor,
            event.via,
            event.until,
            event.note,
            now,
            incident.fingerprint,
        ],
    )


def history_of(connection: Connection, fingerprint: str) -> list[PastEvent]:
    """Read everything that happened to an incident, the oldest first."""
    rows = connection.execute(
        "select * from notify.incident_transition where fingerprint = %s order by ordinal",
        [fingerprint],
    )
    return [
        PastEvent(
            event=Event(
                kind=row["kind"],
                actor=row["actor"],
                via=row["via"],
                until=row["until"],
                note=row["note"],
                run_type=None if row["run_type"] is None else RunType(row["run_type"]),
                paging=row["paging"],
            ),
            severity=row["severity"],
            value=row["value"],
            at=row["happened_at"],
        )
        for row in rows
    ]
