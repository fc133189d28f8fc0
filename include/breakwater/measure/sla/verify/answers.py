"""Answer vectors by the product's own clocks and calendars, and compare with what was expected."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import Calendar
from breakwater.core.calendar import BeyondCalendarError, BusinessTime, merged
from breakwater.core.days import utc_instant
from breakwater.engine.base import Engine
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.verify.engine_path import Answer, Question, ask
from breakwater.measure.sla.verify.vectors import (
    Stated,
    Vector,
    VectorError,
    calendar_of,
    instant_of,
    spans_of,
)

Found = dict[str, object]
Answers = Mapping[str, Answer]

_MARGINS = (60, 400, 3 * 366)
"""Days around an instant that a calendar is laid out for, until the answer is on it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one vector fared.

    Attributes:
        vector: which.
        found: what the product answers; keys as the vector's expected values.
        problem: why it could not be asked; None when it was.
    """

    vector: Vector
    found: Found
    problem: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is the one expected."""
        return self.problem is None and self.found == _expected(self.vector)

    def line(self) -> str:
        """Tell it in one line."""
        vector = self.vector
        about = f"{vector.name} ({vector.kind}, {vector.project or 'no source'})"
        if self.problem is not None:
            return f"{about}: expected {self.problem}"
        wanted = {name: _shown(value) for name, value in _expected(vector).items()}
        found = {name: _shown(self.found.get(name)) for name in wanted}
        ignored = (
            f"; not known here: {', '.join(unknown)}" if (unknown := vector.reading.unknown) else ""
        )
        return f"{about}: expected {wanted}; found {found}{ignored}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A vector taken apart: questions for the models, and how their answers make its own."""

    questions: tuple[Question, ...]
    compose: Callable[[Answers], Found]


def verify(
    vectors: Sequence[Vector], session: Callable[[], AbstractContextManager[Engine]]
) -> Iterator[Verdict]:
    """Answer every vector, in the order given.

    Args:
        vectors: what is asked.
        session: opens an engine for one run of the models.
    """
    asked: list[_Asked | str] = []
    for number, vector in enumerate(vectors):
        try:
            asked.append(_taken_apart(f"{number}", vector))
        except VectorError as error:
            asked.append(str(error))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            asked.append(f"an input that can be read; {type(error).__name__}: {error}")
    answers = ask(
        session, [q for each in asked if isinstance(each, _Asked) for q in each.questions]
    )
    for vector, each in zip(vectors, asked, strict=True):
        if isinstance(each, str):
            yield Verdict(vector, {}, each)
            continue
        try:
            yield Verdict(vector, each.compose(answers))
        except (BeyondCalendarError, KeyError, OverflowError):
            yield Verdict(vector, {}, "an answer within three years of the calendar")


def _taken_apart(name: str, vector: Vector) -> _Asked:
    if vector.kind not in _KINDS:
        message = f"one of the kinds {', '.join(sorted(_KINDS))}"
        raise VectorError(message)
    return _KINDS[vector.kind](name, vector)


def _elapsed(name: str, vector: Vector) -> _Asked:
    calendar = _calendar(vector)
    start, end = _at(vector, calendar, "start"), _at(vector, calendar, "end")
    question = Question(
        name,
        calendar,
        start,
        end,
        on_reversed=vector.reading.edges.on_reversed,
        pauses=_pauses(vector, calendar, max(start, end)),
    )
    return _Asked((question,), lambda found: {"business_seconds": found[name].elapsed})


def _elapsed_of_legs(name: str, vector: Vector) -> _Asked:
    """Each leg counts on the calendar that was assigned in it."""
    questions = []
    for number, leg in enumerate(vector.asked["legs"]):
        calendar = calendar_of(leg["calendar"], vector.reading)
        ((start, end),) = spans_of([leg], calendar.zone_info)
        questions.append(Question(f"{name}.{number}", calendar, start, end))

    def compose(found: Answers) -> Found:
        return {"business_seconds": sum(found[each.name].elapsed for each in questions)}

    return _Asked(tuple(questions), compose)


def _deadline(name: str, vector: Vector) -> _Asked:
    calendar, seconds = _calendar(vector), _target(vector)
    start, edges = _at(vector, calendar, "start"), vector.reading.edges
    if seconds <= 0:  # no clock has such a target
        return _Asked(
            (),
            lambda _: {
                "deadline": _from_calendar(
                    calendar,
                    start,
                    lambda time: (
                        time.deadline(start, 0, edges)
                        if seconds == 0
                        else time.start_for(start, -seconds, edges)
                    ),
                )
            },
        )
    question = Question(
        name,
        calendar,
        start,
        target=seconds,
        on_close=edges.on_close,
        pauses=_pauses(vector, calendar),
    )
    return _Asked((question,), lambda found: {"deadline": found[name].due_at})


def _deadline_before(_: str, vector: Vector) -> _Asked:
    calendar, seconds = _calendar(vector), _target(vector)
    end, edges = _at(vector, calendar, "end"), vector.reading.edges
    return _of_calendar("start", calendar, end, lambda time: time.start_for(end, seconds, edges))


def _deadline_in_days(_: str, vector: Vector) -> _Asked:
    calendar, asked = _calendar(vector), vector.asked
    start = _at(vector, calendar, "start")
    days = int(_first_of(asked, "business_days", "working_days", "days"))
    at_closing = bool(_first_of(asked, "end_of_working_day", "at_closing", otherwise=False))
    schedule = calendar.schedule()
    return _Asked(
        (),
        lambda __: {"deadline": schedule.after_working_days(start, days, at_closing=at_closing)},
    )


def _case(name: str, vector: Vector) -> _Asked:
    """One clock on one case: when it is due, what it used up, how it stands at an instant."""
    calendar, asked = _calendar(vector), vector.asked
    zone = calendar.zone_info
    start = instant_of(_first_of(asked, "start", "created_at", "opened_at"), zone)
    stop = _first_of(asked, "end", "stop", "resolved_at", "closed_at", otherwise=False)
    now = _first_of(asked, "now", "as_of", "at", otherwise=False)
    until = min((instant_of(each, zone) for each in (stop, now) if each), default=None)
    wanted = [key for key in vector.expected if not key.startswith("documented")]
    unknown = sorted(set(wanted) - set(_OF_A_CASE))
    if unknown or not wanted:
        found = repr(unknown[0]) if unknown else "none"
        message = f"answers among {', '.join(sorted(_OF_A_CASE))}; found {found}"
        raise VectorError(message)
    if until is None and set(wanted) - _OF_THE_TARGET:
        message = "an input that has end, or now of a case that is still open"
        raise VectorError(message)
    question = Question(
        name,
        calendar,
        start,
        until,
        _target(vector),
        on_close=vector.reading.edges.on_close,
        pauses=_pauses(vector, calendar, until),
    )
    is_open = not stop or (until is not None and instant_of(stop, zone) > until)

    def compose(found: Answers) -> Found:
        answer = found[name]
        if is_open:  # asked as if it had stopped at that instant
            answer = replace(answer, state=_WHILE_OPEN.get(answer.state, answer.state))
        return {key: _OF_A_CASE[key](answer) for key in wanted}

    return _Asked((question,), compose)


_OF_A_CASE: Mapping[str, Callable[[Answer], object]] = {
    "deadline": lambda answer: answer.due_at,
    "due_at": lambda answer: answer.due_at,
    "business_seconds": lambda answer: answer.elapsed,
    "elapsed_seconds": lambda answer: answer.elapsed,
    "breached": lambda answer: answer.state in {"missed", "overdue"},
    "met": lambda answer: answer.state == "met",
    "state": lambda answer: answer.state,
}
"""What can be said of a clock, by the names that vectors use."""
_OF_THE_TARGET = {"deadline", "due_at"}
"""What can be said of a clock of which nobody knows how long it has run."""
_WHILE_OPEN = {"met": "open", "missed": "overdue"}


def _is_open(_: str, vector: Vector) -> _Asked:
    calendar = _calendar(vector)
    at, edges = _at(vector, calendar, "at"), vector.reading.edges
    return _of_calendar("open", calendar, at, lambda time: time.is_open(at, edges))


def _next_open(_: str, vector: Vector) -> _Asked:
    calendar = _calendar(vector)
    at = _at(vector, calendar, "at")
    return _of_calendar("open_at", calendar, at, lambda time: time.next_open(at))


def _prev_open(_: str, vector: Vector) -> _Asked:
    calendar = _calendar(vector)
    at = _at(vector, calendar, "at")
    return _of_calendar("open_until", calendar, at, lambda time: time.previous_close(at))


_KINDS: Mapping[str, Callable[[str, Vector], _Asked]] = {
    "elapsed": _elapsed,
    "elapsed_multi_schedule": _elapsed_of_legs,
    "deadline": _deadline,
    "deadline_before": _deadline_before,
    "deadline_business_days": _deadline_in_days,
    "is_open": _is_open,
    "next_open": _next_open,
    "prev_open": _prev_open,
    "sla_case": _case,
}


def _of_calendar(
    key: str, calendar: Calendar, at: int, read: Callable[[BusinessTime], object]
) -> _Asked:
    return _Asked((), lambda _: {key: _from_calendar(calendar, at, read)})


def _from_calendar(calendar: Calendar, at: int, read: Callable[[BusinessTime], object]) -> object:
    """Read a calendar that is laid out as far as the answer needs."""
    day = utc_instant(at).date()
    for margin in _MARGINS[:-1]:
        try:
            return read(
                lay_out(calendar, day - timedelta(days=margin), day + timedelta(days=margin))
            )
        except BeyondCalendarError:
            continue
    margin = _MARGINS[-1]
    return read(lay_out(calendar, day - timedelta(days=margin), day + timedelta(days=margin)))


def _calendar(vector: Vector) -> Calendar:
    if vector.calendar is None:
        message = "a calendar"
        raise VectorError(message)
    return calendar_of(vector.calendar, vector.reading)


def _at(vector: Vector, calendar: Calendar, name: str) -> int:
    return instant_of(vector.asked[name], calendar.zone_info)


def _target(vector: Vector) -> int:
    asked = vector.asked
    if "business_minutes" in asked:
        return round(60 * float(asked["business_minutes"]))
    return int(_first_of(asked, "business_seconds", "target_seconds", "seconds"))


def _pauses(
    vector: Vector, calendar: Calendar, until: int | None = None
) -> tuple[tuple[int, int], ...]:
    """Read the pauses, each instant of them once; one without an end lasts as long as is asked."""
    stated = _first_of(vector.asked, "pauses", "paused", "pending", "suspended", otherwise=())
    return merged(spans_of(stated or (), calendar.zone_info, until))


def _first_of(asked: Stated, *names: str, otherwise: Any = None) -> Any:  # noqa: ANN401  JSON
    for name in names:
        if name in asked:
            return asked[name]
    if otherwise is None:
        message = f"an input that has {names[0]}"
        raise VectorError(message)
    return otherwise


def _expected(vector: Vector) -> Found:
    """Drop what a source documents beside its answer, and turn instants into seconds."""
    zone = ZoneInfo((vector.calendar or {}).get("tz") or "UTC")
    return {
        name: _seconds(value, zone)
        for name, value in vector.expected.items()
        if not name.startswith("documented")
    }


def _seconds(value: object, zone: ZoneInfo) -> object:
    """Read an instant; a word stays a word."""
    if not isinstance(value, str):
        return value
    try:
        return instant_of(value, zone)
    except VectorError:
        return value


def _shown(value: object) -> object:
    """Show an instant as people write it."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**8:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value


def total(verdicts: Iterable[Verdict]) -> tuple[int, int]:
    """Count those that passed and those that failed."""
    passed = [verdict.passed for verdict in verdicts]
    return sum(passed), len(passed) - sum(passed)
