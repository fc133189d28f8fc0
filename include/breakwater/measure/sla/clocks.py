"""Which clocks run on which slice of cases, and what attainment counts on which day.

A clock begins at a start and ends at the first stop or cancellation at or after it. What starts it
again while it runs changes nothing; a start after that is a new cycle, where every cycle counts. A
reset ends a cycle and begins the next in one instant. A decision also stops a clock that waits for
the case to be queued or picked up: what is decided has been. A clock whose events a vendor does not
report does not run there, rather than count as missed. Between start and end elapsed time is

    elapsed = reading(end) - reading(start) - sum of pauses

on the clock's calendar, and the clock is due at the instant at which the target is used up, pushed
on by the pauses that began before it. Where the vendor's own system says when each case is due, the
target is the time from the start to that instant. So ``met`` means stopped at or before ``due_at``,
and a clock that ran out stays run out: a cancellation, a reset or a reason to defer takes away the
clocks that were still running, and those that had run out are ``missed``. Cancelled clocks count
nowhere. A deferred clock starts, in full, when the last reason to defer that began in time has ended.

The target, its calendar and the entry of the clock are those in force when the case **triggered** the
clock (``triggered_at``); time counts from ``started_at``, which lies before the trigger where a start
is retroactive, and after it where it was deferred.

**Attainment of a day** = met / due, where a clock is due on the day on which it is met, or on which
its due instant passes unmet, whichever comes first. Due and still open counts as missed; stopping
later does not count again. Hence every clock counts on exactly one day, and the figure of a day
depends on what had happened by its end, never on when it is computed. (Engines that decide at the
moment of evaluation call a late case a hit when nothing looked while it was open.)
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock, Target, steps_of
from breakwater.contracts.conditions import Condition, events_of, plain
from breakwater.contracts.durations import Duration
from breakwater.contracts.edges import edges_of
from breakwater.contracts.vendor import VendorContract
from breakwater.core.calendar import Span, without
from breakwater.core.vocabulary import EventType
from breakwater.measure.sla.calendars import ALWAYS
from breakwater.measure.sla.vendor_calendars import (
    ALWAYS_BEFORE,
    NEVER,
    VendorCalendars,
    cut_to,
    in_force,
)

_TEXT, _WHOLE, _SHARE, _FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_SINGULAR = ("reason", "actor", "decision", "site", "queue", "policy", "language", "priority")
_SCHEMAS = {
    "clock_slice": {
        "slice_id": _WHOLE,
        **dict.fromkeys(("site", "queue", "policy", "language", "priority", "market"), _TEXT),
    },
    "clock_on_slice": {"slice_id": _WHOLE, "entry": _WHOLE, "step": _WHOLE, "every_cycle": _FLAG},
    "clock_entry": {
        "entry": _WHOLE,
        "clock": _TEXT,
        "kind": _TEXT,
        "every_cycle": _FLAG,
        "resets": _FLAG,
        "due_is_reported": _FLAG,
        "pause_rule": _WHOLE,
        "defer_rule": _WHOLE,
    },
    "clock_target": {
        "slice_id": _WHOLE,
        "entry": _WHOLE,
        "target": _WHOLE,
        "calendar_id": _TEXT,
        "stays_s": _WHOLE,
        "reversed_rate": _WHOLE,
        "target_seconds": _WHOLE,
        "dated": _TEXT,
        "effective_start": _WHOLE,
        "effective_end": _WHOLE,
    },
    "clock_warning": {
        "target": _WHOLE,
        "warning_share": _SHARE,
        "warning_millionths": _WHOLE,
        "warning_seconds": _WHOLE,
    },
    "clock_signal": {"entry": _WHOLE, "role": _TEXT, "signal": _TEXT, "delay_s": _WHOLE},
    "clock_condition": {
        "signal": _TEXT,
        "event_type": _TEXT,
        **dict.fromkeys((*_SINGULAR, "market"), _TEXT),
    },
    "halt_signal": {"halt_rule": _WHOLE, "halts": _WHOLE, "signal": _TEXT},
    "clock_follow_rule": {"step": _WHOLE, "entry": _WHOLE, "follows": _TEXT, "follows_on": _TEXT},
}
_ROUND_THE_CLOCK: Sequence[tuple[str, Calendar | None, tuple[Span, ...]]] = (
    (ALWAYS, None, ((ALWAYS_BEFORE, NEVER),)),
)
_REVERSED_RATE = {"ignored": None, "zero": 0, "negative": 1}
"""How many seconds a second counts that lies between a start and an earlier stop; None: that is none."""
_BEFORE_A_DECISION = frozenset({EventType.QUEUED, EventType.ASSIGNED})

Row = tuple[object, ...]


class Slice(NamedTuple):
    """Where cases belong; `policy` and `market` are ``none`` while a case has none."""

    site: str
    queue: str
    policy: str
    language: str
    priority: str
    market: str


class Dated(NamedTuple):
    """A number of days on a calendar; `calendar_id` is ``24x7`` for days of the operation's zone.

    `snaps` and `end_inclusive` are edges, see `breakwater.contracts.edges`.
    """

    calendar_id: str
    within: Duration
    snaps: bool = False
    end_inclusive: bool = False

    @property
    def name(self) -> str:
        """How tables of the engine call it."""
        (unit,) = self.within.model_dump(exclude_none=True).items()
        edges = f"{' snaps' * self.snaps}{' inclusive' * self.end_inclusive}"
        return f"{self.calendar_id} {unit[0]} {unit[1]}{edges}"


@dataclass
class ClockTables:
    """What configuration says about the slices of a day, ready for an engine.

    Attributes:
        rows: by table; see the models of this folder for who reads them.
        fixed: the longest target that is a length of time, by calendar, in business seconds.
        dated: targets that are days instead.
        calendar_ids: the calendars that targets count on.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in _SCHEMAS})
    fixed: dict[str, int] = field(default_factory=dict)
    dated: set[Dated] = field(default_factory=set)
    calendar_ids: set[str] = field(default_factory=set)

    def table(self, name: str) -> pa.Table:
        """Return one of the tables."""
        schema = pa.schema(list(_SCHEMAS[name].items()))
        rows = self.rows[name]
        columns = zip(*rows, strict=True) if rows else [()] * len(schema)
        arrays = [pa.array(list(c), f.type) for c, f in zip(columns, schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)

    @property
    def names(self) -> Iterable[str]:
        """The tables."""
        return self.rows


def clock_tables(
    clocks: Iterable[Clock],
    calendars: VendorCalendars,
    slices: Sequence[Slice],
    zone: ZoneInfo,
    since: int = ALWAYS_BEFORE,
) -> ClockTables:
    """Pair every slice that occurs with the clocks that run on it, and say how each of them runs.

    Args:
        clocks: all that are configured; those switched off are left out.
        calendars: the vendor's contract, and the calendars of those that it replaced.
        slices: those of the day.
        zone: of the operational day; effective dates are days in it.
        since: the earliest instant at which a case may have triggered a clock.
    """
    enabled = [clock for clock in clocks if clock.enabled and can_run(clock, calendars.contract)]
    built = _Built(calendars, zone, since, steps_of(enabled))
    built.tables.rows["clock_slice"] = [(number, *place) for number, place in enumerate(slices)]
    for entry, clock in enumerate(enabled):
        built.add(entry, clock)
        for number, place in enumerate(slices):
            built.place(entry, clock, number, place)
    built.name_conditions()
    return built.tables


def can_run(clock: Clock, contract: VendorContract) -> bool:
    """Tell whether a vendor reports what a clock waits for: one of its starts, and of its stops."""
    reported = contract.reported_events
    if clock.due == "reported" and EventType.DUE not in reported:
        return False
    starts = clock.after is not None or bool(events_of(clock.start) & reported)
    return starts and bool(events_of(clock.stop) & reported)


class _On(NamedTuple):
    """An entry of a clock, and a slice on which it runs, each with its number."""

    entry: int
    clock: Clock
    number: int
    place: Slice


class _Built:
    """Tables in the making: conditions get names, pauses and deferrals their rules, as they occur."""

    def __init__(
        self, calendars: VendorCalendars, zone: ZoneInfo, since: int, steps: dict[str, int]
    ) -> None:
        self._calendars, self._zone, self._since, self._steps = calendars, zone, since, steps
        self._signals: dict[Condition, str] = {}
        self._halts: dict[tuple[tuple[Condition, ...], tuple[Condition, ...]], int] = {}
        self._targets: dict[tuple[int, int], int] = {}
        self.tables = ClockTables()

    def add(self, entry: int, clock: Clock) -> None:
        """Say how a clock runs, wherever it does."""
        rows = self.tables.rows
        defer = clock.defer and self._halt_rule(clock.defer.begin, clock.defer.end)
        pauses = self._halt_rule(clock.pause_conditions, clock.resume_conditions)
        every, resets = clock.cycles == "every", bool(clock.reset)
        reported = clock.due == "reported"
        rows["clock_entry"].append(
            (entry, clock.clock, clock.kind, every, resets, reported, pauses, defer)
        )
        for role, conditions in (
            ("start", () if clock.after else clock.start),
            ("stop", _stops(clock)),
            ("cancel", clock.cancel),
            ("reset", clock.reset),
            ("counts_from", clock.counts_from),
        ):
            rows["clock_signal"] += [
                (entry, role, self._signal(condition), _delay(clock, role, condition))
                for condition in conditions
            ]
        if clock.after is not None:
            step = self._steps[clock.clock]
            rows["clock_follow_rule"].append((step, entry, clock.after.clock, clock.after.on))

    def place(self, entry: int, clock: Clock, number: int, place: Slice) -> None:
        """Say which target a clock has on a slice, and when; none, and it does not run there."""
        vendor, where = self._calendars.contract.vendor, place._asdict()
        if not clock.applies.covers(vendor=vendor, **where):
            return
        on = _On(entry, clock, number, place)
        left: list[Span] = [in_force(clock, self._zone)]
        found = list(self._target(on, None, left)) if clock.due == "reported" else []
        for order, target in enumerate(clock.target_list):
            if target.when.covers(vendor=vendor, **where):
                span = in_force(target, self._zone)
                found += self._target(on, order, list(cut_to(left, span)))
                left = list(without(left, [span]))
        if found:
            # Of one name an entry may follow another clock and an earlier one start on events.
            rows, step = self.tables.rows, self._steps[clock.clock] if clock.after else 1
            rows["clock_target"] += found
            rows["clock_on_slice"].append((number, entry, step, clock.cycles == "every"))

    def _target(self, on: "_On", order: int | None, spans: Sequence[Span]) -> Iterator[Row]:
        """Make the rows of one target on one slice, in the spans of instants given."""
        clock = on.clock
        target = None if order is None else clock.target_list[order]
        on_site = ((target and target.calendar) or clock.calendar) == "site"
        length = target.within.length if target else None
        known = self._known(on.entry, clock, -1 if order is None else order, length)
        # A case that starts a clock on the last day of a calendar stays on it: the trigger counts.
        for calendar_id, calendar, served in (
            self._versions(on.place) if on_site else _ROUND_THE_CLOCK
        ):
            edges = edges_of(clock, calendar)
            # 1: the deadline is the end of the target's last second, closing time included.
            # 0: it is the beginning of the business second after it.
            stays = 1 if edges.on_close == "stay" else 0
            dated = None
            if target and length is None:
                snaps = on_site and edges.on_zero == "snap"
                days = Dated(calendar_id, target.within, snaps, on_site and edges.end_inclusive)
                self.tables.dated.add(days)
                dated = days.name
            if length is not None:
                self.tables.fixed[calendar_id] = max(length, self.tables.fixed.get(calendar_id, 0))
            self.tables.calendar_ids.add(calendar_id)
            for start, end in (each for span in served for each in cut_to(spans, span)):
                about = (on.number, on.entry, known, calendar_id)
                at_edges = (stays, _REVERSED_RATE[edges.on_reversed])
                yield (*about, *at_edges, length, dated, start, end)

    def _versions(self, place: Slice) -> Iterator[tuple[str, Calendar, tuple[Span, ...]]]:
        return self._calendars.versions(place._asdict(), self._zone, self._since)

    def _known(self, entry: int, clock: Clock, order: int, length: int | None) -> int:
        """Number a target, with its warnings."""
        if (entry, order) not in self._targets:
            known = self._targets[entry, order] = len(self._targets)
            for share in clock.warning_shares:
                seconds = None if length is None else math.ceil(share * length)
                self.tables.rows["clock_warning"].append(
                    (known, share, round(share * 1_000_000), seconds)
                )
        return self._targets[entry, order]

    def _halt_rule(self, begins: tuple[Condition, ...], ends: tuple[Condition, ...]) -> int | None:
        """Number what begins and what ends a pause or a deferral."""
        if not begins:
            return None
        if (begins, ends) not in self._halts:
            rule = self._halts[begins, ends] = len(self._halts)
            self.tables.rows["halt_signal"] += [
                *((rule, 1, self._signal(condition)) for condition in begins),
                *((rule, 0, self._signal(condition)) for condition in ends),
            ]
        return self._halts[begins, ends]

    def _signal(self, condition: Condition) -> str:
        """Name a condition: a plain one as its event."""
        if condition.is_plain:
            return condition.event.value
        return self._signals.setdefault(
            condition, f"{condition.event.value} {len(self._signals) + 1}"
        )

    def name_conditions(self) -> None:
        """Write down what each named condition asks for; lists become rows."""
        self.tables.rows["clock_condition"] = [
            (name, condition.event.value, *asked)
            for condition, name in self._signals.items()
            for asked in condition.combinations()
        ]


def _stops(clock: Clock) -> tuple[Condition, ...]:
    """List what stops a clock; a decision does where something before it would."""
    decided = plain(EventType.DECIDED)
    if events_of(clock.stop) & _BEFORE_A_DECISION and not set(decided) & set(clock.stop):
        return (*clock.stop, *decided)
    return clock.stop


def _delay(clock: Clock, role: str, condition: Condition) -> int:
    """Return how many seconds after its start an event may stop a clock at the earliest.

    What stops the clock before, or starts this one itself, does not stop it in the same instant.
    """
    if role != "stop":
        return 0
    if clock.after is not None:
        return 1 if clock.after.on in {"met", "stopped"} else 0
    return 1 if condition.event in events_of(clock.start) else 0


def target_at(clock: Clock, vendor: str, place: Slice, day: date) -> Target | None:
    """Return the target that a case of a slice has when it triggers a clock on a day."""
    return next(
        (
            target
            for target in clock.target_list
            if target.in_force_on(day) and target.when.covers(vendor=vendor, **place._asdict())
        ),
        None,
    )
