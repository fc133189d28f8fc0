"""What people are told of a day's clocks: promises not kept, and laws."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from breakwater.contracts.clocks import Clock
from breakwater.contracts.operations import Attainment
from breakwater.core.days import operational_day_of
from breakwater.core.finding import EXAMPLES, MOST_EXAMPLES, Finding, Rule, Severity
from breakwater.measure.attainment import Promise

_WORST_QUEUES = 3


@dataclass(frozen=True, slots=True)
class About:
    """Whose day the findings are about, when it ended, and the zone of its days."""

    vendor: str
    day: date
    window_end: int
    zone: ZoneInfo


def attainment_findings(
    about: About,
    promises: Iterable[Promise],
    limits: Attainment,
    exceptions: Sequence[Mapping[str, Any]],
) -> Iterator[Finding]:
    """Find the promises that were not kept, where enough was due to say so.

    Args:
        about: whose day.
        promises: with what they came to.
        limits: from which gap on people are told.
        exceptions: rows of ``clock_exception``, instants in UTC seconds; examples are among them.
    """
    for promise in promises:
        # Shares are written in decimals: 0.95 - 0.90 is five points, whatever the binary says.
        gap = round(promise.share - promise.attainment, 9)
        if promise.due < limits.minimum_due or gap <= 0:
            continue
        scope = {"clock": promise.clock}
        if promise.queue is not None:
            scope["queue"] = promise.queue
        yield Finding(
            rule=Rule.SLA_ATTAINMENT_LOW,
            operational_day=about.day,
            vendor=about.vendor,
            severity=limits.severity_of(gap),
            scope=scope,
            value=promise.attainment,
            unit="rate",
            threshold=promise.share,
            detail={
                "due": promise.due,
                "met": promise.met,
                "missed": promise.due - promise.met,
                "missed_by_queue": _worst(promise),
                **_examples(_missed(promise, exceptions), about.window_end),
            },
        )


def _missed(promise: Promise, exceptions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """List the clocks that attainment counts as missed."""
    queues = {part.queue for part in promise.parts}
    return [
        row
        for row in exceptions
        if row["kind"] == "contract"
        and row["clock"] == promise.clock
        and row["queue"] in queues
        and row["is_due"]
        and not row["is_excused"]
    ]


def _worst(promise: Promise) -> dict[str, int]:
    """Name the queues that missed most."""
    missed = {part.queue: part.due - part.met for part in promise.parts if part.due > part.met}
    worst = sorted(missed, key=lambda queue: (-missed[queue], queue))[:_WORST_QUEUES]
    return {queue: missed[queue] for queue in worst}


def breach_findings(
    about: About,
    exceptions: Sequence[Mapping[str, Any]],
    clocks: Iterable[Clock],
    tightest: Mapping[tuple[str, str], Mapping[str, int]],
) -> Iterator[Finding]:
    """Find statutory clocks that ran out in the day, or had before and are still open.

    Args:
        about: whose day.
        exceptions: rows of ``clock_exception``, instants in UTC seconds.
        clocks: all that are configured; they know the law.
        tightest: by clock and queue, how many of its cases another clock presses more by now.
    """
    breached: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in exceptions:
        if row["kind"] == "statutory" and (row["is_due"] or row["state"] == "overdue"):
            breached.setdefault((row["clock"], row["queue"]), []).append(row)
    entries = [clock for clock in clocks if clock.enabled]
    for (clock, queue), rows in sorted(breached.items()):
        triggered = operational_day_of(rows[0]["triggered_at"], about.zone)
        entry = next(e for e in entries if e.clock == clock and e.in_force_on(triggered))
        yield Finding(
            rule=Rule.STATUTORY_CLOCK_BREACHED,
            operational_day=about.day,
            vendor=about.vendor,
            severity=Severity.CRITICAL,
            scope={"clock": clock, "queue": queue},
            value=len(rows),
            unit="cases",
            threshold=0,
            detail={
                "ran_out_in_the_day": sum(row["is_due"] for row in rows),
                "still_open": sum(row["state"] == "overdue" for row in rows),
                "longest_late_seconds": max(_late_seconds(row, about.window_end) for row in rows),
                "target_seconds": rows[0]["target_seconds"],
                "provision": entry.law.citation if entry.law else None,
                # A number that nobody read in the law is told as such.
                "confidence": entry.law.confidence if entry.law else None,
                **_pressing(tightest.get((clock, queue), {})),
                **_examples(rows, about.window_end),
            },
        )


def _pressing(tightest: Mapping[str, int]) -> dict[str, object]:
    """Name the clock that presses most of the cases more than the one that ran out."""
    if not tightest:
        return {}
    clock = min(tightest, key=lambda name: (-tightest[name], name))
    return {"tightest_clock": clock, "tightest_cases": tightest[clock]}


def _examples(rows: Sequence[Mapping[str, Any]], window_end: int) -> dict[str, object]:
    """Name the cases that are late by most; nothing where there are none."""
    late = sorted(rows, key=lambda row: (-_late_seconds(row, window_end), row["case_id_vendor"]))
    cases = list(dict.fromkeys(row["case_id_vendor"] for row in late))[:MOST_EXAMPLES]
    return {EXAMPLES: cases} if cases else {}


def _late_seconds(row: Mapping[str, Any], window_end: int) -> int:
    stopped_at = window_end if row["stopped_at"] is None else row["stopped_at"]
    return int(stopped_at - row["due_at"])
