"""Deduplication: whether a recipient is told again, from what it was last told and what is now."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from breakwater.core.finding import Severity
from breakwater.notify.incident import Incident
from breakwater.notify.route import Recipient
from breakwater.notify.transition import Transition, compare
from breakwater.notify.word import State
from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Told:
    """What a recipient knows about one incident."""

    is_open: bool
    severity: Severity
    value: float
    state: State = State.OPEN
    """What people had said of it by then, while it is open."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a recipient was last told in one thread; `members` by the incident's fingerprint.

    `told_at` is None where nobody asks when.
    """

    thread_key: str
    recipient: Recipient
    ordinal: int
    members: Mapping[str, Told]
    told_at: datetime | None = None


class TellingReason(StrEnum):
    """Why a recipient is told, or why not; the news of a thread in one word."""

    OPENED = "opened"
    REOPENED = "reopened"
    WORSENED = "worsened"
    RESTATED = "restated"
    EASED = "eased"
    LAPSED = "lapsed"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REPEATED = "repeated"
    UNCHANGED = "unchanged"
    NOTHING_OPEN = "nothing_open"

    @property
    def is_news(self) -> bool:
        """Tell whether it is worth a message."""
        return self not in {TellingReason.UNCHANGED, TellingReason.NOTHING_OPEN}


_NEWS_FIRST = (
    Transition.REOPENED,
    Transition.OPENED,
    Transition.WORSENED,
    Transition.RESTATED,
    Transition.EASED,
    Transition.LAPSED,
    Transition.SNOOZED,
    Transition.ACKNOWLEDGED,
    Transition.RESOLVED,
)


def news_of(told: Told | None, incident: Incident) -> Transition:
    """Decide how one incident moved since a recipient was told about it."""
    if told is None:
        return Transition.OPENED if incident.is_open else Transition.UNCHANGED
    if not incident.is_open:
        return Transition.RESOLVED if told.is_open else Transition.UNCHANGED
    if not told.is_open:
        return Transition.REOPENED
    moved = compare(told.severity.rank, told.value, incident.finding)
    return said_since(told, incident) if moved is Transition.UNCHANGED else moved


def said_since(told: Told, incident: Incident) -> Transition:
    """Decide what people said of an open incident since a recipient was told about it."""
    if not incident.is_open or incident.state is told.state:
        return Transition.UNCHANGED
    return _SAID[incident.state]


_SAID = {
    State.OPEN: Transition.LAPSED,
    State.ACKNOWLEDGED: Transition.ACKNOWLEDGED,
    State.SNOOZED: Transition.SNOOZED,
}


def decide_telling(
    last: Telling | None, shown: Sequence[Incident], *, is_repeat_due: bool = False
) -> TellingReason:
    """Decide whether a recipient is told about a thread.

    Args:
        last: what it was last told, or None when it never was.
        shown: the thread's incidents as it may see them now.
        is_repeat_due: whether it is told again though nothing moved.

    A thread of which some incidents are resolved and others still open has eased.
    """
    if last is None:
        is_anything_open = any(incident.is_open for incident in shown)
        return TellingReason.OPENED if is_anything_open else TellingReason.NOTHING_OPEN
    news = {news_of(last.members.get(incident.fingerprint), incident) for incident in shown}
    first = next((kind for kind in _NEWS_FIRST if kind in news), Transition.UNCHANGED)
    if first is Transition.RESOLVED and any(incident.is_open for incident in shown):
        return TellingReason.EASED
    if first is Transition.UNCHANGED and is_repeat_due:
        return TellingReason.REPEATED
    return TellingReason(first.value)


def repeat_due_at(
    last: Telling | None, shown: Sequence[Incident], repeat_hours: int | None, seen: Container[str]
) -> datetime | None:
    """Return when a thread is told again though nothing moved; None when it never is.

    Args:
        last: what the recipient was last told.
        shown: the thread's incidents as it may see them now.
        repeat_hours: how long after the last message; None when the route repeats nothing.
        seen: fingerprints of incidents that somebody looks into; those need no reminder.
    """
    waits = any(each.is_open and each.fingerprint not in seen for each in shown)
    if repeat_hours is None or last is None or last.told_at is None or not waits:
        return None
    return last.told_at + timedelta(hours=repeat_hours)


def tellings_of_day(connection: Connection, day: date) -> list[Telling]:
    """Read what was last told about an operational day, to whom."""
    rows = connection.execute(
        "select * from notify.telling where operational_day = %s"
        " order by channel, recipient, thread_key",
        [day],
    )
    return [
        Telling(
            thread_key=row["thread_key"],
            recipient=Recipient(row["channel"], row["recipient"]),
            ordinal=row["ordinal"],
            members={
                fingerprint: Told(
                    told["is_open"],
                    Severity(told["severity"]),
                    told["value"],
                    State(told.get("state", State.OPEN)),  # absent: told before people could say
                )
                for fingerprint, told in row["members"].items()
            },
            told_at=row["told_at"],
        )
        for row in rows
    ]


def save_telling(connection: Connection, telling: Telling, day: date, now: datetime) -> None:
    """Keep what a recipient is now told about a thread."""
    members = {
        fingerprint: {
            "is_open": told.is_open,
            "severity": told.severity,
            "value": told.value,
            "state": told.state,
        }
        for fingerprint, told in telling.members.items()
    }
    connection.execute(
        "insert into notify.telling values (%s, %s, %s, %s, %s, %s, %s)"
        " on conflict (thread_key, channel, recipient) do update set ordinal = excluded.ordinal,"
        " members = excluded.members, told_at = excluded.told_at",
        [
            telling.thread_key,
            telling.recipient.channel,
            telling.recipient.address,
            day,
            telling.ordinal,
            json.dumps(members),
            now,
        ],
    )
