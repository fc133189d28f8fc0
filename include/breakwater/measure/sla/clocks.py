"""Which clocks run on which slice of cases, and what attainment counts on which day.

A clock run begins at the first event of its start type and ends at the first event of its stop type
at or after that; a re-open restarts nothing (a clock that starts on `reopened` is a clock of its
own). A decision also stops a clock that waits for the case to be queued or picked up: what is
decided has been. A clock whose events a vendor does not report does not run there, rather than
count as missed. Between start and stop elapsed time is

    elapsed = reading(stop) - reading(start) - sum of pauses

on the clock's calendar, and the clock is due at the instant at which the target is used up, pushed
on by the pauses that began before it. Where the vendor's own system says when each case is due, the
target is the time from the start to that instant. So ``met`` means stopped at or before ``due_at``, and a clock
that ran out stays run out.

**Attainment of a day** = met / due, where a clock is due on the day on which it is met, or on which
its due instant passes unmet, whichever comes first. Due and still open counts as missed; stopping
later does not count again. Hence every clock counts on exactly one day, and the figure of a day
depends on what had happened by its end, never on when it is computed. (Engines that decide at the
moment of evaluation call a late case a hit when nothing looked while it was open.)
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.base import Effective
from breakwater.contracts.clocks import Clock
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType
from breakwater.measure.sla.calendars import ALWAYS

_SCHEMA = pa.schema(
    [
        *(
            pa.field(name, pa.string())
            for name in ("site", "queue", "policy", "language", "priority")
        ),
        *(
            pa.field(name, pa.string())
            for name in ("clock", "kind", "starts_on", "stops_on", "calendar_id")
        ),
        pa.field("decision_stops", pa.bool_()),
        pa.field("pauses", pa.bool_()),
        pa.field("due_is_reported", pa.bool_()),
        *(
            pa.field(name, pa.int64())
            for name in (
                "stays_s",
                "target_seconds",
                "warning_seconds",
                "warning_percent",
                "effective_start",
                "effective_end",
            )
        ),
    ]
)
_BEFORE_A_DECISION = frozenset({EventType.QUEUED, EventType.ASSIGNED})
_ALWAYS_BEFORE, _NEVER = -(2**62), 2**62
_NO_CALENDAR: list[tuple[str, Effective]] = [(ALWAYS, Effective())]


class Slice(NamedTuple):
    """Where cases belong; `policy` is ``none`` while a case has none."""

    site: str
    queue: str
    policy: str
    language: str
    priority: str


def clocks_on_slices(
    clocks: Iterable[Clock], contract: VendorContract, slices: Sequence[Slice], zone: ZoneInfo
) -> pa.Table:
    """Pair every slice that occurs with the clocks that run on it.

    Args:
        clocks: all that are configured; those switched off are left out.
        contract: the vendor's, which knows the calendar of each site.
        slices: those of the day.
        zone: of the operational day; a clock's effective dates are days in it.

    Returns:
        One row per slice and clock entry, with the calendar, the target and the instants between
        which the entry is in force.
    """
    reported = contract.reported_events
    enabled = [c for c in clocks if c.enabled and _events_of(c) <= reported]
    rows = [
        (*place, *_rules(clock, calendar_id), *_in_force(clock, calendar, zone))
        for place in slices
        for versions in (contract.calendar_versions(place._asdict()),)
        for clock in enabled
        for calendar_id, calendar in (versions if clock.calendar == "site" else _NO_CALENDAR)
        if clock.applies.covers(
            vendor=contract.vendor,
            queue=place.queue,
            policy=place.policy,
            language=place.language,
            priority=place.priority,
        )
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _events_of(clock: Clock) -> set[EventType]:
    """List the events without which a clock cannot run."""
    told = {EventType.DUE} if clock.due == "reported" else set()
    return {clock.start, clock.stop, *told}


def _rules(clock: Clock, calendar_id: str) -> tuple[object, ...]:
    return (
        clock.clock,
        clock.kind,
        clock.start,
        clock.stop,
        calendar_id,
        clock.stop in _BEFORE_A_DECISION,
        clock.pauses,
        clock.due == "reported",
        # 1: the deadline is the end of the target's last second, closing time included.
        # 0: it is the beginning of the business second after it.
        1 if clock.on_close == "stay" else 0,
        clock.target_seconds or 0,
        clock.warning_seconds,
        round(clock.warning_share * 100),
    )


def _in_force(clock: Clock, calendar: Effective, zone: ZoneInfo) -> tuple[int, int]:
    """Return the instants between which both are in force, the second excluded; or an empty span.

    A case that starts a clock on the last day of a calendar stays on it: the trigger counts.
    """
    first = max(clock.effective_from or date.min, calendar.effective_from or date.min)
    last = min(clock.effective_to or date.max, calendar.effective_to or date.max)
    start = _ALWAYS_BEFORE if first == date.min else Window.for_operational_day(first, zone).start
    after = None if last == date.max else last + timedelta(days=1)
    return start, Window.for_operational_day(after, zone).start if after else _NEVER
