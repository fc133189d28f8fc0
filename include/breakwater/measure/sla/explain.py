"""Explain a clock of one case: what counted, what did not, and why it stands as it does.

Reckons span by span, without the models' tables, so that a person can follow every second; what it
adds up to is what the models say, and a test holds the two against each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock
from breakwater.contracts.conditions import Condition
from breakwater.core.calendar import BusinessTime, Span, merged
from breakwater.core.days import utc_instant
from breakwater.measure.sla.calendars import lay_out

Reason = Literal["counts", "closed", "paused", "deferred"]
_ENDS = {"stop": "stopped", "cancel": "cancelled", "reset": "begun anew"}

Happened = Mapping[str, Any]
"""A row of ``case_event``, or as much of one as is known."""


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
        again = f", cycle {run['cycle']}" if run["cycle"] > 1 else ""
        tightest = ", the tightest open clock of the case" if run["is_tightest"] else ""
        yield f"{self.title} ({run['clock']}{again}): {run['state']}{tightest}"
        if run["triggered_at"] > run["started_at"]:
            yield f"  triggered {_shown(run['triggered_at'], zone)}, counted from before that"
        yield f"  started {_shown(run['started_at'], zone)}, due {_shown(run['due_at'], zone)}"
        for stretch in self.stretches:
            span = f"{_shown(stretch.start, zone)} to {_shown(stretch.end, zone)}"
            length = _length(stretch.end - stretch.start)
            used = _length(stretch.elapsed_seconds)
            yield f"  {span}  {stretch.reason:<6}  {length:>10}  used {used:>10}"
        end = _ENDS.get(run["ended_by"], "open at the day's end")
        used, target = _length(run["elapsed_seconds"]), _length(run["target_seconds"])
        yield f"  {end}: used {used} of {target}"


def explain_run(
    run: dict[str, Any],
    clock: Clock,
    calendar: Calendar | None,
    events: Iterable[Happened],
    *,
    window_end: int,
) -> Explanation:
    """Explain a row of ``clock_run``.

    Args:
        run: the row.
        clock: the entry that ran, in force at the trigger.
        calendar: on which the target counts; None where it counts every second.
        events: everything that happened to the case by the day's end, as rows of ``case_event``.
        window_end: end of the operational day.
    """
    start = run["started_at"]
    end = window_end if run["stopped_at"] is None else run["stopped_at"]
    deferred = []
    if run["triggered_at"] < start:
        deferred = [Stretch(run["triggered_at"], start, "deferred", 0)]
    open_time = _open_time(calendar, start, end)
    pauses = halts_of(events, clock.pause_conditions, clock.resume_conditions, window_end)
    return Explanation(run, clock.title, (*deferred, *_stretches(open_time, pauses, start, end)))


def halts_of(
    events: Iterable[Happened],
    begins: tuple[Condition, ...],
    ends: tuple[Condition, ...],
    window_end: int,
) -> list[Span]:
    """Return the spans in which a case was paused or deferred; one that nobody ended lasts.

    An instant that both begins and ends leaves the case as it was.
    """
    told: dict[int, set[bool]] = {}
    for event in events:
        for halts, conditions in ((True, begins), (False, ends)):
            if any(meets(event, condition) for condition in conditions):
                told.setdefault(event["event_at"], set()).add(halts)
    spans: list[Span] = []
    since: int | None = None
    for at, halts_there in sorted(told.items()):
        if halts_there == {True} and since is None:
            since = at
        elif halts_there == {False} and since is not None:
            spans.append((since, at))
            since = None
    return spans if since is None else [*spans, (since, window_end)]


def meets(event: Happened, condition: Condition) -> bool:
    """Tell whether an event is what a condition asks for."""
    actor = event.get("actor_type") or "human"  # one that nobody named, as in the contract
    return event["event_type"] == condition.event and all(
        not wanted or found in wanted
        for wanted, found in (
            (condition.reasons, event.get("reason")),
            (condition.actors, actor),
            (condition.decisions, event.get("decision")),
            (condition.sites, event.get("site")),
            (condition.queues, event.get("queue")),
            (condition.policies, event.get("policy")),
            (condition.languages, event.get("language")),
            (condition.priorities, event.get("priority")),
            (condition.markets, event.get("market")),
        )
    )


def _open_time(calendar: Calendar | None, start: int, end: int) -> BusinessTime:
    if calendar is None:
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
    for one, other in pairwise(sorted({start, end, *edges}) if start < end else ()):
        reason: Reason = "counts" if open_time.is_open(one) else "closed"
        if paused.is_open(one) and reason == "counts":
            reason = "paused"
        elapsed += other - one if reason == "counts" else 0
        yield Stretch(one, other, reason, elapsed)


def _shown(seconds: int, zone: ZoneInfo) -> str:
    return f"{utc_instant(seconds).astimezone(zone):%a %Y-%m-%d %H:%M:%S}"


def _length(seconds: int) -> str:
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' * (seconds < 0)}{hours}:{rest // 60:02}:{rest % 60:02}"
