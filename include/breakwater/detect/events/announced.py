"""What known events say of a judged day: what coincides with them, and what they keep quiet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from breakwater.contracts.events import KnownEvent
from breakwater.core.finding import Finding
from breakwater.detect.detection import Detection, Verdict
from breakwater.detect.events.coincide import Where, coinciding, takes_in
from breakwater.detect.facts import Facts, Leaf
from breakwater.detect.slices import Slice


@dataclass(frozen=True, slots=True)
class Announced:
    """What known events say of the abnormal series of a day.

    Attributes:
        beside: events that each series coincides with, by its index.
        kept_quiet: series that an event keeps from being told.
        over: series that last, of which an event kept people from being told until yesterday, and
            keeps them no longer.
    """

    beside: Mapping[int, tuple[KnownEvent, ...]] = field(default_factory=dict)
    kept_quiet: Mapping[int, KnownEvent] = field(default_factory=dict)
    over: frozenset[int] = frozenset()


def announced(
    events: Sequence[KnownEvent], slices: Sequence[Slice], found: Detection, facts: Facts
) -> Announced:
    """Compare a day's abnormal series with the known events.

    Args:
        events: known ones.
        slices: of the series.
        found: verdicts of all days.
        facts: what they rest on.
    """
    beside: dict[int, tuple[KnownEvent, ...]] = {}
    kept_quiet: dict[int, KnownEvent] = {}
    over: set[int] = set()
    today = len(facts.days) - 1
    for index, one in enumerate(slices) if events else ():
        if found.verdict[index, -1] < Verdict.ONSET:
            continue
        leaves = facts.metrics[one.metric].leaves
        where = {"metric": one.metric, **dict(one.scope)}
        began = today - int(found.span[index, -1]) + 1
        told = int(found.since[index, -1])
        first = min(began, told) if told >= 0 else began
        days = facts.days[max(first, 0)], facts.days[-1]
        beside[index] = coinciding(events, [where], leaves, days)
        quiet = [
            event for event in beside[index] if event.suppress and takes_in(event, where, leaves)
        ]
        now = _keeping(quiet, facts.days[-1])
        if now is not None:
            kept_quiet[index] = now
        elif (
            0 <= told < today
            and found.verdict[index, -1] == Verdict.CONTINUING
            and all(_keeping(quiet, day) for day in facts.days[told:today])
        ):
            over.add(index)
    return Announced(beside, kept_quiet, frozenset(over))


def _keeping(events: Sequence[KnownEvent], day: date) -> KnownEvent | None:
    return next((event for event in events if event.touches(day, day)), None)


def with_events(finding: Finding, events: Sequence[KnownEvent], leaves: Sequence[Leaf]) -> Finding:
    """Add to an anomaly's detail the events that it coincides with, by name and title.

    Where the slices that drive it are known, an event has to share something with one of them.
    """
    own = {"metric": finding.scope["metric"], **finding.scope}
    if finding.vendor is not None:
        own["vendor"] = finding.vendor
    day = finding.operational_day
    found = coinciding(
        events,
        [{**own, **part} for part in _causes(finding)] or [own],
        leaves,
        (_began(finding), day),
    )
    if not found:
        return finding
    told = [named_in_detail(event) for event in found]
    return replace(finding, detail={**finding.detail, "events": told})


def named_in_detail(event: KnownEvent) -> dict[str, object]:
    """Return what a finding's detail keeps of an event."""
    return {
        "event": event.event,
        "kind": event.kind,
        "title": event.title,
        "tell_vendors": event.tell_vendors,
    }


def _began(finding: Finding) -> date:
    since, span = finding.detail.get("since"), finding.detail.get("span_days")
    if isinstance(since, str):
        return date.fromisoformat(since)
    return finding.operational_day - timedelta(days=span - 1 if isinstance(span, int) else 0)


def _causes(finding: Finding) -> Iterator[Where]:
    causes = finding.detail.get("causes")
    for cause in causes if isinstance(causes, list | tuple) else ():
        part = cause.get("slice") if isinstance(cause, Mapping) else None
        if isinstance(part, Mapping):
            yield part
