"""Queues that fell silent: their vendor reported, and not one case came where always some do.

A check of its own, without any statistics: nothing is missing from the numbers, so every number of
the queue is either zero or undefined, and no band says that plainly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from breakwater.contracts.events import KnownEvent
from breakwater.contracts.operations import Queue
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import Priority
from breakwater.detect.events.announced import named_in_detail
from breakwater.detect.events.coincide import coinciding, takes_in
from breakwater.detect.facts import Facts, Leaf, MetricFacts
from breakwater.detect.panel import Flags, Integers
from breakwater.detect.slices import ARRIVALS, DIMENSIONS, Slice

WEEKS = 4
"""So many of the same weekdays before are looked at."""

FEWEST_WEEKS = 2
"""With fewer of them nothing is known of the weekday."""

URGENT = frozenset({Priority.P1, Priority.P2})


@dataclass(frozen=True, slots=True)
class Silence:
    """One slice to which no case came on the last day.

    Attributes:
        slice: a queue of a vendor, or all of them.
        leaves: those that it sums.
        days: silent days since the last case, in order; the last one is the judged day.
        weeks: how many of the same weekdays before are known.
        fewest: cases that came on the emptiest of them.
        usual: cases that they brought on average.
        beside: known events that it coincides with.
        kept_quiet: the event that keeps it from being told, if one does.
        told: the first of the days that no event kept quiet; None while one does.
    """

    slice: Slice
    leaves: tuple[Leaf, ...]
    days: tuple[date, ...]
    weeks: int
    fewest: int
    usual: float
    beside: tuple[KnownEvent, ...] = ()
    kept_quiet: KnownEvent | None = None
    told: date | None = None

    @property
    def verdict(self) -> str:
        """Return what `detect.score` calls it."""
        if self.kept_quiet is not None:
            return "known_event"
        return "onset" if self.told == self.days[-1] else "continuing"

    @property
    def reason(self) -> str:
        """Say why it was judged so, as a person reads it beside the numbers."""
        reason = (
            f"no case came; the same weekday brought at least {self.fewest}"
            f" in each of {self.weeks} weeks before"
        )
        if self.kept_quiet is not None:
            return f"{reason}; not told because of {self.kept_quiet.event}"
        return reason


def silences(
    facts: Facts,
    holidays: Mapping[str, Flags],
    fewest_cases: int,
    events: Sequence[KnownEvent] = (),
) -> list[Silence]:
    """Find what fell silent on the last day of the facts, in a stable order.

    Args:
        facts: days up to the one that is judged.
        holidays: public holidays of each vendor, one flag a day; they are neither silent nor usual.
        fewest_cases: what each of the same weekdays before must have brought.
        events: what is known to move numbers.
    """
    arrivals = facts.metrics.get(ARRIVALS)
    if arrivals is None:
        return []
    found: list[Silence] = []
    for one, members in _watched(arrivals):
        vendor = str(one.vendor)
        known = facts.reported[vendor] & ~holidays.get(vendor, np.zeros(len(facts.days), np.bool_))
        silence = _silence(one, arrivals, members, known, facts.days, fewest_cases)
        if silence is not None and not any(_is_of(one, other.slice) for other in found):
            found.append(_beside(silence, events))
    return found


def _watched(arrivals: MetricFacts) -> Iterator[tuple[Slice, Flags]]:
    """List each vendor, then its queues."""
    leaves = np.array(arrivals.leaves)
    places = {name: DIMENSIONS.index(name) for name in ("vendor", "queue")}
    for vendor in np.unique(leaves[:, places["vendor"]]).tolist():
        own = np.asarray(leaves[:, places["vendor"]] == vendor)
        yield Slice(ARRIVALS, (("vendor", vendor),)), own
        for queue in np.unique(leaves[own, places["queue"]]).tolist():
            scope = ("vendor", vendor), ("queue", queue)
            yield Slice(ARRIVALS, scope), own & (leaves[:, places["queue"]] == queue)


def _is_of(one: Slice, other: Slice) -> bool:
    """Tell whether a slice lies within another."""
    return set(other.scope) <= set(one.scope)


def _silence(  # noqa: PLR0917  what is asked, and of what
    one: Slice,
    arrivals: MetricFacts,
    members: Flags,
    known: Flags,
    days: tuple[date, ...],
    fewest_cases: int,
) -> Silence | None:
    cases = arrivals.numerator[members].sum(axis=0)
    if cases[-1] or not known[-1]:
        return None
    silent = np.zeros(len(days), dtype=np.bool_)
    for day in np.flatnonzero(known & (cases == 0)).tolist():
        before = cases[_same_weekdays(day, known & ~silent)]
        silent[day] = len(before) >= FEWEST_WEEKS and before.min() >= fewest_cases
    if not silent[-1]:
        return None
    last_case = int(np.flatnonzero(cases)[-1])
    before = cases[_same_weekdays(len(days) - 1, known & ~silent)]
    return Silence(
        slice=one,
        leaves=tuple(leaf for leaf, inside in zip(arrivals.leaves, members, strict=True) if inside),
        days=tuple(days[day] for day in np.flatnonzero(silent).tolist() if day > last_case),
        weeks=len(before),
        fewest=int(before.min()),
        usual=float(before.mean()),
    )


def _same_weekdays(day: int, counts: Flags) -> Integers:
    """Return the same weekdays in the weeks before that count; earlier silent ones do not."""
    before = np.array([day - 7 * week for week in range(1, WEEKS + 1) if day >= 7 * week], np.int64)
    return np.asarray(before[counts[before]], dtype=np.int64)


def _beside(silence: Silence, events: Sequence[KnownEvent]) -> Silence:
    where = {"metric": ARRIVALS, **dict(silence.slice.scope)}
    today = silence.days[-1]
    beside = coinciding(events, [where], silence.leaves, (silence.days[0], today))
    quiet = [each for each in beside if each.suppress and takes_in(each, where, silence.leaves)]
    told = [day for day in silence.days if not any(each.touches(day, day) for each in quiet)]
    keeping = next((each for each in quiet if each.touches(today, today)), None)
    return replace(
        silence, beside=beside, kept_quiet=keeping, told=told[0] if told and not keeping else None
    )


def silence_finding(silence: Silence, queues: Mapping[str, Queue]) -> Finding:
    """Make the finding of a queue that fell silent; urgent work makes it major."""
    named = silence.slice.below_vendor
    queue = queues.get(named.get("queue", ""))
    is_urgent = "queue" not in named or (queue is not None and queue.priority in URGENT)
    detail: dict[str, object] = {
        "series": silence.slice.name,
        "weeks": silence.weeks,
        "fewest": silence.fewest,
        "since": silence.days[0].isoformat(),
    }
    if silence.beside:
        detail["events"] = [named_in_detail(event) for event in silence.beside]
    return Finding(
        rule=Rule.QUEUE_SILENT,
        operational_day=silence.days[-1],
        vendor=silence.slice.vendor,
        severity=Severity.MAJOR if is_urgent else Severity.WARNING,
        scope=named,
        value=0,
        unit="cases",
        expected=round(silence.usual, 1),
        detail=detail,
    )
