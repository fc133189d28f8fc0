"""What was raised and what was sent, counted for people."""

from dataclasses import dataclass
from datetime import date

from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class IncidentCount:
    """Incidents of one rule."""

    rule: str
    open: int
    resolved: int
    hidden: int
    """Of the open ones: inhibited, silenced or snoozed."""


@dataclass(frozen=True, slots=True)
class MessageCount:
    """Messages of one channel by how far they got."""

    channel: str
    sent: int
    waiting: int
    dead: int


def count_incidents(connection: Connection, first: date, last: date) -> list[IncidentCount]:
    """Count the incidents of operational days, both included, by rule."""
    rows = connection.execute(
        "select rule, count(*) filter (where state = 'open') as open,"
        " count(*) filter (where state = 'resolved') as resolved,"
        " count(*) filter (where state = 'open'"
        "  and (hidden_by is not null or word = 'snoozed')) as hidden"
        " from notify.incident where operational_day between %s and %s group by rule order by rule",
        [first, last],
    )
    return [IncidentCount(**row) for row in rows]


def count_messages(connection: Connection) -> list[MessageCount]:
    """Count every message of the outbox, digests included, by channel."""
    rows = connection.execute(
        "select channel, count(*) filter (where state = 'sent') as sent,"
        " count(*) filter (where state in ('pending', 'sending')) as waiting,"
        " count(*) filter (where state = 'dead') as dead"
        " from notify.outbox group by channel order by channel"
    )
    return [MessageCount(**row) for row in rows]
