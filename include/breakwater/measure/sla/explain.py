"""Explain a clock of one case: what counted, what did not, and why it stands as it does.

Reckons span by span, without the models' tables, so that a person can follow every second; what it
adds up to is what the models say, and a test holds the two against each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock
from breakwater.core.calendar import BusinessTime, Span, merged
from breakwater.core.days import utc_instant
from breakwater.measure.sla.calendars import lay_out

Reason = Literal["counts", "closed", "paused"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a clock's life in which one thing was the case.

    Attributes:
        start: first second, in UTC seconds.
        end: first second after it.
        reason: whether it counts, or why not.
        elapsed_seconds: used up at its end.
    """

    start: int
    end: int
    reason: Reason
    elapsed_seconds: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clock on one case: a row of ``clock_run`` and the stretches that lead to it."""

    run: dict[str, Any]
    title: str
    stretches: tuple[Stretch, ...]

    def lines(self, zone: ZoneInfo) -> Iterator[str]:
        """Tell it line by line, instants in a zone; never more than ids and numbers."""
        run = self.run
        yield f"{self.title} ({run['clock']}): {run['state']}"
        yield f"  started {_shown(run['started_at'], zone)}, due {_shown(run['due_at'], zone)}"
        for stretch in self.stretches:
            span = f"{_shown(stretch.start, zone)} to {_shown(stretch.end, zone)}"
            length = _length(stretch.end - stretch.start)
            used = _length(stretch.elapsed_seconds)
            yield f"  {span}  {stretch.reason:<6}  {length:>10}  used {used:>10}"
        end = "open at the day's end" if run["stopped_at"] is None else "stopped"
        used, target = _length(run["elapsed_seconds"]), _length(run["target_seconds"])
        yield f"  {end}: used {used} of {target}"


def explain_run(
    run: dict[str, Any],
    clock: Clock,
    calendar: Calendar,
    events: Iterable[tuple[str, int]],
    *,
    window_end: int,
) -> Explanation:
    """Explain a row of ``clock_run``.

    Args:
        run: the row.
        clock: the entry that ran, in force at the start.
        calendar: of the case's site.
        events: type and UTC seconds of everything that happened to the case by the day's end.
        window_end: end of the operational day.
    """
    start = run["started_at"]
    end = window_end if run["stopped_at"] is None else run["stopped_at"]
    open_time = _open_time(clock, calendar, start, end)
    pauses = pauses_of(events, window_end) if clock.pauses else []
    return Explanation(run, clock.title, tuple(_stretches(open_time, pauses, start, end)))


def pauses_of(events: Iterable[tuple[str, int]], end: int) -> list[Span]:
    """Return the spans in which a case was paused; a pause that nobody ended lasts to the end.

    An instant that both pauses and resumes leaves the case as it was.
    """
    told: dict[int, set[bool]] = {}
    for event_type, at in events:
        if event_type in {"paused", "resumed"}:
            told.setdefault(at, set()).add(event_type == "paused")
    spans: list[Span] = []
    since: int | None = None
    for at, pauses in sorted(told.items()):
        if pauses == {True} and since is None:
            since = at
        elif pauses == {False} and since is not None:
            spans.append((since, at))
            since = None
    return spans if since is None else [*spans, (since, end)]


def _open_time(clock: Clock, calendar: Calendar, start: int, end: int) -> BusinessTime:
    if clock.calendar == "24x7":
        return BusinessTime(((start, max(end, start + 1)),))
    margin = timedelta(days=2)
    return lay_out(
        calendar, (utc_instant(start) - margin).date(), (utc_instant(end) + margin).date()
    )


def _stretches(
    open_time: BusinessTime, pauses: Sequence[Span], start: int, end: int
) -> Iterator[Stretch]:
    """Cut a clock's life wherever the site opens or closes, or the case is paused or resumed."""
    halts = merged(pauses)
    edges = {edge for span in (*open_time.spans, *halts) for edge in span if start < edge < end}
    paused = BusinessTime(halts)
    elapsed = 0
    for one, other in pairwise(sorted({start, end, *edges})):
        reason: Reason = "counts" if open_time.is_open(one) else "closed"
        if paused.is_open(one) and reason == "counts":
            reason = "paused"
        elapsed += other - one if reason == "counts" else 0
        yield Stretch(one, other, reason, elapsed)


def _shown(seconds: int, zone: ZoneInfo) -> str:
    return f"{utc_instant(seconds).astimezone(zone):%a %Y-%m-%d %H:%M:%S}"


def _length(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
