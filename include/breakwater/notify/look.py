"""Looking at incidents: a list of them, one with its history and where it was told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from breakwater.notify.history import PastEvent, history_of
from breakwater.notify.incident import Incident, incident_of
from breakwater.notify.word import State
from breakwater.warehouse.database import Connection

STANDING = (State.OPEN, State.ACKNOWLEDGED, State.SNOOZED)
"""What is still to be settled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents are listed; what is None or empty does not narrow."""

    states: Collection[State] = STANDING
    vendor: str | None = None
    rule: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class IncidentSeen:
    """An incident of a list, and since when it has been known."""

    incident: Incident
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class IncidentKnown:
    """Everything that is known of an incident.

    Attributes:
        incident: as it is.
        opened_at: since when it has been known.
        history: what happened to it, the oldest first.
        told: where it was told, as ``slack C0OPS``, each with the instant of the last message.
    """

    incident: Incident
    opened_at: datetime
    history: Sequence[PastEvent]
    told: Sequence[tuple[str, datetime]]


def list_incidents(connection: Connection, wanted: Wanted, now: datetime) -> list[IncidentSeen]:
    """List incidents: the gravest first, of equals the newest day."""
    rows = connection.execute(
        "select * from notify.incident where (%(vendor)s::text is null or vendor = %(vendor)s)"
        " and (%(rule)s::text is null or rule = %(rule)s)"
        " and (%(first)s::date is null or operational_day >= %(first)s)"
        " and (%(last)s::date is null or operational_day <= %(last)s)"
        " and (%(resolved)s or state = 'open')"
        " order by operational_day desc, rule, vendor, fingerprint",
        {
            "vendor": wanted.vendor,
            "rule": wanted.rule,
            "first": wanted.first_day,
            "last": wanted.last_day,
            "resolved": State.RESOLVED in wanted.states,
        },
    )
    seen = [IncidentSeen(incident_of(row).settled(now), row["opened_at"]) for row in rows]
    return sorted(
        (each for each in seen if each.incident.state in wanted.states),
        key=lambda each: -each.incident.finding.severity.rank,
    )


def look_at_incident(connection: Connection, fingerprint: str, now: datetime) -> IncidentKnown:
    """Return everything that is known of an incident that exists."""
    row = connection.execute(
        "select * from notify.incident where fingerprint = %s", [fingerprint]
    ).fetchall()[0]
    told = connection.execute(
        "select channel, recipient, told_at from notify.telling where members ? %s"
        " order by channel, recipient",
        [fingerprint],
    )
    return IncidentKnown(
        incident=incident_of(row).settled(now),
        opened_at=row["opened_at"],
        history=history_of(connection, fingerprint),
        told=[(f"{each['channel']} {each['recipient']}", each["told_at"]) for each in told],
    )
