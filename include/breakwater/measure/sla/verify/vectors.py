"""Read vectors: one JSON object a line, a question about a calendar and the answer expected."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import Calendar, Weekday
from breakwater.core.calendar import Span
from breakwater.measure.sla.verify.conventions import Reading, reading_of

Stated = Mapping[str, Any]

_YEARLY_LENGTH = len("12-25")


class VectorError(ValueError):
    """A vector cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One question, its answer, and how both are meant.

    Attributes:
        name: its id.
        kind: what is asked.
        calendar: on which calendar, as written; absent where each leg brings its own.
        asked: the question's values, as written.
        expected: the answer's values, as written.
        reading: its conventions.
        project: where it comes from.
    """

    name: str
    kind: str
    calendar: Stated | None
    asked: Stated
    expected: Stated
    reading: Reading
    project: str


def read_vectors(file: Path) -> list[Vector]:
    """Read a file of vectors, blank lines left out.

    Raises:
        VectorError: a line is no vector; the message names it.
    """
    with file.open(encoding="utf-8-sig") as lines:
        return [_vector(n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def _vector(number: int, line: str) -> Vector:
    try:
        stated = json.loads(line)
        source = stated.get("source") or {}
        project = source.get("project", "") if isinstance(source, dict) else str(source)
        return Vector(
            name=str(stated["id"]),
            kind=str(stated["kind"]),
            calendar=stated.get("calendar"),
            asked=stated.get("input") or {},
            expected=dict(stated["expected"]),
            reading=reading_of(stated.get("convention") or {}, project),
            project=project,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"line {number}: expected a vector with id, kind, calendar, input and expected"
        raise VectorError(message) from error


def instant_of(text: str, zone: ZoneInfo) -> int:
    """Return an instant in UTC seconds; one without an offset is wall clock of the zone."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        message = f"an instant in ISO 8601; found {text!r}"
        raise VectorError(message) from error
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())


def calendar_of(stated: Stated, reading: Reading) -> Calendar:
    """Return a vector's calendar as configuration would state it.

    A holiday counts above a special day of the same date; a calendar that never opens has one
    opening that no vector reaches.

    Raises:
        VectorError: it cannot be a calendar.
    """
    try:
        weekly = {
            str(day).lower()[:3]: _shifts(s) for day, s in (stated.get("weekly") or {}).items()
        }
        closed = [_date(day) for day in stated.get("holidays") or ()]
        overrides = {
            _date(day): _shifts(shifts)
            for day, shifts in _by_date(stated.get("overrides"))
            if _date(day) not in closed
        }
        if not any(weekly.values()) and not any(overrides.values()):
            overrides["2999-01-01"] = ("00:00-24:00",)
        return Calendar.model_validate(
            {
                "zone": stated.get("tz") or "UTC",
                "weekly": {day: weekly[day] for day in get_args(Weekday) if day in weekly},
                "additions": sorted(set(closed)),
                "overrides": overrides,
                "yearly": [_yearly(day) for day in stated.get("recurring_holidays") or ()],
                "breaks": {_date(d): _shifts(s) for d, s in _by_date(stated.get("breaks"))},
                "repeated_hour": reading.repeated_hour,
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"a calendar: {str(error).splitlines()[0]}"
        raise VectorError(message) from error


def _by_date(stated: object) -> Iterator[tuple[object, Any]]:
    """Read what is said of single dates: a mapping, or a list of entries that name their date."""
    if isinstance(stated, Mapping):
        yield from stated.items()
    elif isinstance(stated, Sequence):
        for entry in stated:
            yield entry["date"], entry.get("intervals", entry.get("shifts"))


def _date(stated: object) -> str:
    return str(stated["date"] if isinstance(stated, Mapping) else stated)[: len("2026-01-01")]


def _yearly(stated: object) -> str:
    """Read a month and a day, whatever stands before them."""
    if isinstance(stated, Mapping):
        return f"{int(stated['month']):02}-{int(stated['day']):02}"
    return str(stated)[-_YEARLY_LENGTH:]


def _shifts(stated: Any) -> tuple[str, ...]:  # noqa: ANN401  as the file has it
    """Read spans of a day: pairs, or a mapping from start to end; nothing means closed.

    A span that ends where it starts is none.
    """
    if isinstance(stated, Mapping):
        stated = stated.items()
    spans = [(_wall(start), _wall(end)) for start, end in stated or ()]
    return tuple(f"{start}-{end}" for start, end in spans if start != end)


def _wall(text: str) -> str:
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return f"{hours:02}:{minutes:02}" + (f":{seconds[0]:02}" if any(seconds) else "")


def spans_of(stated: Iterable[Any], zone: ZoneInfo, until: int | None = None) -> tuple[Span, ...]:
    """Read spans of instants: pairs, or entries with a beginning and an end.

    One without an end lasts until the instant given.
    """
    spans = []
    for entry in stated:
        if isinstance(entry, Mapping):
            start, end = entry.get("from", entry.get("start")), entry.get("to", entry.get("end"))
        else:
            start, end = entry
        last = until if end is None and until is not None else instant_of(end, zone)
        spans.append((instant_of(start, zone), last))
    return tuple(spans)


def far_days(after: int) -> dict[str, tuple[str, ...]]:
    """Return opening days long after an instant, so that a calendar of single dates has an end."""
    first = datetime.fromtimestamp(after, ZoneInfo("UTC")).date() + timedelta(days=400)
    return {(first + timedelta(days=n)).isoformat(): ("00:00-24:00",) for n in range(120)}
