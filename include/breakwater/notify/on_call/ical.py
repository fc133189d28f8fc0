"""A calendar of others, read as a rota: who is on call stands in the title of its events.

Such a file comes from outside. What could make reading it endless is refused before a parser sees it:
repetitions finer than a day, rules that never match, zones defined in the file itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from breakwater.core.errors import BreakwaterError
from breakwater.core.plain import one_line
from breakwater.notify.on_call.roster import Turn

LARGEST_BYTES = 1 << 20
MOST_EVENTS = 2_000
MOST_RULES = 200
"""Repetitions of a file; one that runs daily since 2000 takes 25 ms of CPU to walk (measured)."""
MOST_TURNS = 10_000
LONGEST_TURN = timedelta(days=31)

_FOLD = re.compile(r"\r?\n[ \t]")
_RULES = re.compile(r"(RRULE|EXRULE)\b", re.IGNORECASE)
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WEEKDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


class CalendarError(BreakwaterError):
    """An on-call calendar cannot be read as a rota."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar says.

    Attributes:
        turns: in order.
        unknown: how many events are named by no team; their titles may be people's names, so
            they are counted and not kept.
        unfit: how many have no length that a turn may have: none, or more than `LONGEST_TURN`.
    """

    turns: tuple[Turn, ...]
    unknown: int
    unfit: int


def read_calendar(
    content: bytes, teams: Mapping[str, str], zone: ZoneInfo, begins: datetime, ends: datetime
) -> Calendar:
    """Read who is on call between two instants.

    Args:
        content: an iCalendar file (RFC 5545), at most `LARGEST_BYTES`.
        teams: names and titles of teams as an event may be titled, and the name each means.
        zone: of whole days and of instants without a zone.
        begins: the first instant of interest.
        ends: the first instant behind.

    Raises:
        CalendarError: it is none, too large, or repeats in a way that is not taken.
    """
    if len(content) > LARGEST_BYTES:
        _refuse(f"at most {LARGEST_BYTES} bytes", "more")
    text = _checked(content)
    try:
        parsed = icalendar.Calendar.from_ical(text)
        events = recurring_ical_events.of(parsed).between(begins, ends)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        message = f"on-call calendar: expected iCalendar (RFC 5545); found {type(error).__name__}"
        raise CalendarError(message) from error
    if len(events) > MOST_TURNS:
        _refuse(f"at most {MOST_TURNS} turns", str(len(events)))
    known = {_spelled(name): team for name, team in teams.items()}
    turns, unknown, unfit = [], 0, 0
    for event in events:
        team = known.get(_spelled(str(event.get("SUMMARY", ""))))
        span = _span(event, zone)
        if span is None:
            unfit += 1
        elif team is None:
            unknown += 1
        else:
            turns.append(Turn(*span, team, "calendar"))
    return Calendar(tuple(sorted(turns)), unknown, unfit)


def _checked(content: bytes) -> str:
    """Return the text without zones of its own, once nothing in it repeats without end."""
    try:
        text = _FOLD.sub("", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = "on-call calendar: expected UTF-8; found other bytes"
        raise CalendarError(message) from error
    kept, events, rules = [], 0, 0
    lines = iter(text.splitlines())
    for line in lines:
        word = line.strip().upper()
        if word == "BEGIN:VTIMEZONE":
            # Names of zones are those of IANA or of Windows; what the file says of them is not read.
            for inside in lines:
                if inside.strip().upper() == "END:VTIMEZONE":
                    break
            continue
        events += word == "BEGIN:VEVENT"
        if _RULES.match(word):
            rules += 1
            _check_rule(word)
        kept.append(line)
    if events > MOST_EVENTS:
        _refuse(f"at most {MOST_EVENTS} events", str(events))
    if rules > MOST_RULES:
        _refuse(f"at most {MOST_RULES} repetitions", str(rules))
    _check_starts(kept)
    return "\r\n".join([*kept, ""])


def _check_rule(line: str) -> None:
    """Refuse a repetition that is finer than a day, or that might search for ever."""
    head, _, stated = line.partition(":")
    parts = dict(part.partition("=")[::2] for part in stated.split(";") if part)
    frequency = parts.get("FREQ", "")
    if head != "RRULE" or set(parts) - _PARTS or frequency not in _FREQUENCIES:
        wanted = f"RRULE of {', '.join(sorted(_PARTS))}, FREQ daily or slower"
        _refuse(wanted, one_line(line, 80))
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not 1 <= _number(parts[name]) <= 10_000:  # noqa: PLR2004  27 years
            _refuse(f"{name} from 1 to 10000", one_line(parts[name], 20))
    days = parts.get("BYDAY", "")
    numbered = [found for day in days.split(",") if days for found in [_WEEKDAY.fullmatch(day)]]
    if not all(numbered):
        _refuse("BYDAY of weekdays", one_line(days, 40))
    # Every tenth day that is also a Monday may be found after years, or never.
    if days and frequency == "DAILY" and _number(parts.get("INTERVAL", "1")) > 1:
        _refuse("INTERVAL 1 beside BYDAY in a daily repetition", one_line(line, 80))


def _check_starts(lines: list[str]) -> None:
    """Refuse what began so long ago that walking there takes long."""
    for line in lines:
        if line.upper().startswith("DTSTART"):
            year = _number(line.rpartition(":")[2][:4])
            if year < 2000:  # noqa: PLR2004
                _refuse("events that begin in 2000 or later", one_line(line, 60))


def _span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime] | None:  # noqa: ANN401  untyped library
    """Return when an event begins and ends; None when it has no length that a turn may have."""
    begins, ends = (_instant(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
    return (begins, ends) if timedelta(0) < ends - begins <= LONGEST_TURN else None


def _instant(stated: date, zone: ZoneInfo) -> datetime:
    if not isinstance(stated, datetime):
        stated = datetime(stated.year, stated.month, stated.day, tzinfo=zone)
    return (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)


def _spelled(title: str) -> str:
    return one_line(title, 80).casefold()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1  # noqa: PLR2004


def _refuse(expected: str, found: str) -> NoReturn:
    message = f"on-call calendar: expected {expected}; found {found}"
    raise CalendarError(message)
