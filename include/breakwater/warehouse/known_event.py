"""Known events that people add, beside those of the configuration."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from breakwater.contracts.events import KnownEvent
from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.database import Connection


class EventRefusedError(BreakwaterError):
    """An event cannot be added, ended or withdrawn as asked."""

    exit_code = 2


def known_events(
    connection: Connection, configured: Iterable[KnownEvent]
) -> tuple[KnownEvent, ...]:
    """Return the events in force by name: those of the file, and added ones that it does not name.

    What is reviewed in a file counts before what was typed in.
    """
    of_file = {event.event: event for event in configured}
    rows = connection.execute(
        "select event, kind, title, scope, first_day, last_day, after_days, suppress, tell_vendors"
        ' from detect.known_event where withdrawn_at is null order by event collate "C"'
    )
    added = {row["event"]: KnownEvent.model_validate(row) for row in rows}
    return tuple(event for _, event in sorted((added | of_file).items()))


def add_event(connection: Connection, event: KnownEvent, *, by: str, at: datetime) -> None:
    """Add an event.

    Raises:
        EventRefusedError: its name was given before, be it to one that was withdrawn.
    """
    written = connection.execute(
        "insert into detect.known_event (event, kind, title, scope, first_day, last_day,"
        " after_days, suppress, tell_vendors, added_by, added_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (event) do nothing",
        [
            event.event,
            event.kind,
            event.title,
            json.dumps(event.scope.model_dump(mode="json")),
            event.first_day,
            event.last_day,
            event.after_days,
            event.suppress,
            event.tell_vendors,
            by,
            at,
        ],
    )
    if not written.rowcount:
        message = f"{event.event}: expected a new name; found an event of that name"
        raise EventRefusedError(message)


def end_event(connection: Connection, event: str, last_day: date, *, by: str, at: datetime) -> None:
    """Say which day of an event is its last.

    Raises:
        EventRefusedError: there is no such event, or the day is before its first.
    """
    ended = connection.execute(
        "update detect.known_event set last_day = %s, ended_by = %s, ended_at = %s"
        " where event = %s and withdrawn_at is null and first_day <= %s",
        [last_day, by, at, event, last_day],
    )
    if not ended.rowcount:
        message = (
            f"{event}: expected an added event that began by {last_day.isoformat()}; found none"
        )
        raise EventRefusedError(message)


def withdraw_event(connection: Connection, event: str, *, by: str, at: datetime) -> None:
    """Call an event a mistake: it counts for no day any more.

    Raises:
        EventRefusedError: there is no such event.
    """
    gone = connection.execute(
        "update detect.known_event set withdrawn_by = %s, withdrawn_at = %s"
        " where event = %s and withdrawn_at is null",
        [by, at, event],
    )
    if not gone.rowcount:
        message = f"{event}: expected an added event; found none"
        raise EventRefusedError(message)
