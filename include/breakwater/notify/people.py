"""What people say of incidents: who looks after one, that it can wait, that it is done."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from breakwater.core.errors import BreakwaterError
from breakwater.notify.coverage import read_coverage
from breakwater.notify.history import Event, Via, add_event, history_of, lapse_of
from breakwater.notify.incident import (
    Incident,
    hold_incidents,
    incidents_of_day,
    save_incident,
)
from breakwater.notify.tell import Teller
from breakwater.notify.word import State, Word, WordKind
from breakwater.warehouse.database import Connection
from breakwater.warehouse.workspace import Workspace

LONGEST_NAME = 200
LONGEST_NOTE = 2_000
FEWEST_DIGITS = 4
"""So many digits of an incident's fingerprint have to be given, and as many as make it one."""


class IncidentError(BreakwaterError):
    """Something was asked of an incident that it cannot do; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One person's word about incidents.

    Attributes:
        what: a word, ``reopened``, which takes the last one back, or ``noted``, which changes nothing.
        by: who says so.
        note: why; a snooze needs one.
        until: until when an acknowledgement or a snooze counts.
        via: how it came.
        sent_to: of a link, whom it was sent to: the name beside it is what somebody typed.
    """

    what: WordKind | Literal["reopened", "noted"]
    by: str
    note: str = ""
    until: datetime | None = None
    via: Via = "command_line"
    sent_to: str = ""


def say(
    workspace: Workspace, fingerprints: Iterable[str], saying: Saying, now: datetime
) -> dict[str, bool]:
    """Write what a person says of incidents, and tell it to those who were told of them.

    Incidents, their history and the messages change in one transaction. Saying the same again
    changes nothing.

    Args:
        workspace: the installation.
        fingerprints: whole names of incidents; see `incident_named`.
        saying: what is said.
        now: the instant.

    Returns:
        By fingerprint, whether anything changed.

    Raises:
        IncidentError: what is said is not whole, or one of the incidents cannot take it; then
            nothing is changed.
    """
    longest = timedelta(days=workspace.configuration.operations.incidents.longest_days)
    saying = checked(saying, now, longest)
    wanted = sorted(set(fingerprints))
    changed: dict[str, bool] = {}
    with workspace.warehouse.transaction() as connection:
        for day in _days_of(connection, wanted):
            known = _settled_day(connection, day, now)
            for fingerprint in [name for name in wanted if name in known.incidents]:
                changed[fingerprint] = _say_one(connection, known, fingerprint, saying, now)
            _tell(workspace, connection, known, now)
        if missing := [name for name in wanted if name not in changed]:
            message = f"incident {missing[0]}: expected one of that name; found none"
            raise IncidentError(message)
    return changed


def end_words(workspace: Workspace, now: datetime) -> int:
    """End the words whose time is over, and tell those who were told; return how many ended."""
    days = workspace.warehouse.rows(
        "select distinct operational_day from notify.incident"
        " where state = 'open' and word is not null and word_until <= %s order by 1",
        [now],
    )
    count = 0
    for row in days:
        with workspace.warehouse.transaction() as connection:
            known = _settled_day(connection, row["operational_day"], now)
            _tell(workspace, connection, known, now)
            count += len(known.moved)
    return count


def checked(saying: Saying, now: datetime, longest: timedelta) -> Saying:
    """Return what is said, as it is kept.

    Raises:
        IncidentError: a name, a reason or an instant is missing or out of bounds.
    """
    by = saying.by.strip()
    # What cannot be printed cannot be read either, and a NUL cannot be stored.
    note = "".join(char for char in saying.note if char.isprintable() or char in "\n\t").strip()
    if not by or len(by) > LONGEST_NAME or not by.isprintable():
        message = f"by: expected a name: one line of at most {LONGEST_NAME} characters"
        raise IncidentError(message)
    if len(note) > LONGEST_NOTE:
        message = f"note: expected at most {LONGEST_NOTE} characters; found {len(note)}"
        raise IncidentError(message)
    if not note and saying.what in {WordKind.SNOOZED, WordKind.RESOLVED, "noted"}:
        message = "note: expected the reason: whoever asks later wants to know why"
        raise IncidentError(message)
    if saying.what in {WordKind.ACKNOWLEDGED, WordKind.SNOOZED}:
        if saying.until is None or not now < saying.until <= now + longest:
            found = "nothing" if saying.until is None else saying.until.isoformat()
            message = f"until: expected an instant within {longest.days} days; found {found}"
            raise IncidentError(message)
        return replace(saying, by=by, note=note)
    return replace(saying, by=by, note=note, until=None)


def spoken(incident: Incident, saying: Saying, now: datetime) -> Incident:
    """Return an incident of which something was said; itself when that changes nothing.

    Raises:
        IncidentError: it cannot take that.
    """
    if saying.what == "noted":
        return incident
    if saying.what == "reopened":
        return _taken_back(incident)
    word = Word(saying.what, saying.by, now, saying.until, saying.note, incident.finding.severity)
    if _is_same(incident.word, word):
        return incident
    if incident.state is State.RESOLVED:
        message = f"incident {incident.fingerprint}: expected an open one; found it resolved"
        raise IncidentError(message)
    if saying.what is WordKind.RESOLVED:
        return Incident(incident.finding, is_open=False, word=word)
    return replace(incident, word=word)


def _is_same(before: Word | None, word: Word) -> bool:
    return before is not None and replace(before, at=word.at, severity=word.severity) == word


def _taken_back(incident: Incident) -> Incident:
    if not incident.is_open and incident.word is None:
        message = (
            f"incident {incident.fingerprint}: expected one that is still found;"
            " found it resolved by the numbers themselves"
        )
        raise IncidentError(message)
    return replace(incident, is_open=True, word=None)


def _say_one(
    connection: Connection, known: "_Day", fingerprint: str, saying: Saying, now: datetime
) -> bool:
    """Write what is said of one incident; return False when that changes nothing."""
    before = known.incidents[fingerprint]
    after, event = spoken(before, saying, now), _event(saying)
    if saying.what == "noted":
        past = history_of(connection, fingerprint)
        if past and past[-1].event == event:
            return False
    elif after == before:
        return False
    else:
        known.incidents[fingerprint] = after
        known.moved.add(fingerprint)
        save_incident(connection, after, now)
    add_event(connection, after, event, now)
    return True


def _event(saying: Saying) -> Event:
    kind = saying.what.value if isinstance(saying.what, WordKind) else saying.what
    return Event(
        kind=kind, actor=_actor(saying), via=saying.via, until=saying.until, note=saying.note
    )


def _actor(saying: Saying) -> str:
    return f"{saying.by} (link sent to {saying.sent_to})" if saying.sent_to else saying.by


@dataclass(frozen=True, slots=True)
class _Day:
    """The incidents of a day that we hold, and those of which something was said or lapsed."""

    day: date
    incidents: dict[str, Incident]
    moved: set[str]


def _settled_day(connection: Connection, day: date, now: datetime) -> _Day:
    """Hold a day's incidents, and end the words in them whose time is over."""
    hold_incidents(connection, day)
    known = _Day(day, incidents_of_day(connection, day), set())
    for fingerprint, incident in known.incidents.items():
        settled = incident.settled(now)
        if incident.word is not None and settled.word is None:
            known.incidents[fingerprint] = settled
            known.moved.add(fingerprint)
            save_incident(connection, settled, now)
            add_event(connection, settled, lapse_of(incident.word, now), now)
    return known


def _tell(workspace: Workspace, connection: Connection, known: _Day, now: datetime) -> None:
    if known.moved:
        coverage = read_coverage(connection, workspace.configuration, known.day)
        teller = Teller(connection, workspace.configuration, coverage, now, workspace.link_key)
        teller.tell_words(list(known.incidents.values()), known.moved)


def _days_of(connection: Connection, fingerprints: list[str]) -> list[date]:
    rows = connection.execute(
        "select distinct operational_day from notify.incident where fingerprint = any(%s)"
        " order by 1",
        [fingerprints],
    )
    return [row["operational_day"] for row in rows]


def incident_named(connection: Connection, name: str) -> str:
    """Return the fingerprint of the incident that begins so.

    Raises:
        IncidentError: there is none, or several.
    """
    digits = name.strip().lower()
    if len(digits) < FEWEST_DIGITS or not set(digits) <= set("0123456789abcdef"):
        message = f"expected at least {FEWEST_DIGITS} hexadecimal digits of an incident's name"
        raise IncidentError(message)
    found = connection.execute(
        "select fingerprint from notify.incident where starts_with(fingerprint, %s)"
        " order by fingerprint limit 2",
        [digits],
    ).fetchall()
    if len(found) != 1:
        what = "none" if not found else "several"
        message = f"incident {digits}: expected one that begins so; found {what}"
        raise IncidentError(message)
    fingerprint: str = found[0]["fingerprint"]
    return fingerprint
