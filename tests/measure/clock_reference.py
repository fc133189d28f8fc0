"""Clocks as a person would run them: one case, one event after the other, no tables.

Reckons what the models reckon by joins, in another way, so that the two can be held against each
other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from case_book import Event

from breakwater.contracts.calendar import Calendar
from breakwater.contracts.clocks import Clock, Target
from breakwater.contracts.conditions import Condition, events_of
from breakwater.contracts.durations import Duration
from breakwater.core.calendar import BusinessTime, Conventions
from breakwater.core.days import operational_day_of, utc_instant
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.calendars import lay_out
from breakwater.measure.sla.explain import halts_of, meets

ALWAYS = BusinessTime(((0, 2**40),))
_MARGIN = timedelta(days=120)

Run = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """One vendor-day and its rules."""

    what: VendorDay

    def runs(self, case: Event, events: Iterable[Event]) -> list[Run]:
        """Reckon every clock of a case.

        Args:
            case: its slice, as ``case_slice`` has it.
            events: all that the vendor tells of it.
        """
        end = self.what.window.end
        known = sorted((e for e in events if e["event_at"] < end), key=lambda e: e["event_at"])
        left = [clock for clock in self.what.clocks if clock.enabled]
        found: list[Run] = []
        while left:  # a clock waits for the one that it follows
            waits = {clock.clock for clock in left}
            ready = [c for c in left if c.after is None or c.after.clock not in waits]
            for clock in ready:
                found += self._runs_of(clock, case, known, found)
            left = [clock for clock in left if clock not in ready]
        return self._with_the_tightest(found)

    def _runs_of(
        self, clock: Clock, case: Event, known: list[Event], so_far: list[Run]
    ) -> list[Run]:
        place = {
            name: case[name]
            for name in ("site", "queue", "policy", "language", "priority", "market")
        }
        if not clock.applies.covers(vendor=self.what.contract.vendor, **place):
            return []
        starts = None if clock.after is None else self._ends(clock, so_far)
        runs = []
        for number, (triggered, ended, by) in enumerate(cycles_of(clock, known, starts), 1):
            day = operational_day_of(triggered, self.what.operations.zone_info)
            target = self._target(clock, place, day)
            if clock.in_force_on(day) and target is not None:
                life = _Life(self.what, clock, target, place, known)
                runs.append(life.run(triggered, ended, by) | {"cycle": number})
        return runs

    def _target(self, clock: Clock, place: Event, day: date) -> Target | None:
        for target in clock.target_list:
            where = target.when.covers(vendor=self.what.contract.vendor, **place)
            if where and target.in_force_on(day):
                return target
        return None

    def _ends(self, clock: Clock, so_far: list[Run]) -> list[int]:
        """List the instants at which the clocks before end, as the one behind waits for it."""
        assert clock.after is not None
        ends = []
        for run in so_far:
            if run["clock"] != clock.after.clock or run["state"] == "cancelled":
                continue
            stopped, due, on = run["stopped_at"], run["due_at"], clock.after.on
            known_at = max(due, run["triggered_at"])
            if on == "due" and due < self.what.window.end:
                ends.append(known_at)
            if on == "missed" and run["state"] in {"missed", "overdue"}:
                ends.append(known_at)
            if on == "stopped" and stopped is not None:
                ends.append(stopped)
            if on == "met" and run["state"] == "met":
                ends.append(stopped)
        return sorted(ends)

    def _with_the_tightest(self, runs: list[Run]) -> list[Run]:
        weight = {"statutory": 0, "contract": 1, "internal": 2}
        still = [run for run in runs if run["state"] in {"open", "at_risk", "overdue"}]
        best = min(
            ((r["state"] == "overdue", r["due_at"], weight[r["kind"]], r["clock"]) for r in still),
            default=None,
        )
        for run in runs:
            of_run = (run["state"] == "overdue", run["due_at"], weight[run["kind"]], run["clock"])
            run["is_tightest"] = run in still and of_run == best
        return runs


def cycles_of(
    clock: Clock, known: list[Event], starts: Sequence[int] | None
) -> Iterator[tuple[int, int | None, str | None]]:
    """Walk through what happened and yield each life of a clock: trigger, end, and what ended it."""
    shared = events_of(clock.start) if starts is None else frozenset()
    later_only = clock.after is not None and clock.after.on in {"met", "stopped"}
    begun: int | None = None
    by_instant = {at: list(those) for at, those in groupby(known, key=lambda e: e["event_at"])}
    has_ended = False
    for at in sorted({*by_instant, *(starts or ())}):
        those = by_instant.get(at, [])
        starts_here = at in starts if starts is not None else _any(those, clock.start)
        stops = clock.stop
        if events_of(stops) & {"queued", "assigned"}:  # what is decided has been picked up
            stops = (*stops, Condition(event="decided"))
        delayed = [c for c in stops if later_only or c.event in shared]
        stops_late = _any(those, delayed)
        stops_now = _any(those, [c for c in stops if c not in delayed])
        cancels, resets = _any(those, clock.cancel), _any(those, clock.reset)
        may_start = starts_here and (clock.cycles == "every" or not has_ended)
        if begun is None:
            if may_start and cancels:
                yield at, at, "cancel"
                has_ended = True
            elif may_start and stops_now:
                yield at, at, "stop"
                has_ended = True
            elif may_start:
                begun = at
        elif cancels or stops_now or stops_late:
            yield begun, at, "cancel" if cancels else "stop"
            has_ended = True
            again = starts_here and clock.cycles == "every"
            begun = at if again and not (cancels or stops_now) else None
        elif resets:
            yield begun, at, "reset"
            begun = at
    if begun is not None:
        yield begun, None, None


def _any(events: Iterable[Event], conditions: Iterable[Condition]) -> bool:
    wanted = list(conditions)
    return any(meets(event, condition) for event in events for condition in wanted)


@dataclass(frozen=True)
class _Life:
    """One cycle of a clock with a target."""

    what: VendorDay
    clock: Clock
    target: Target
    place: Event
    known: list[Event]

    def run(self, triggered: int, ended: int | None, by: str | None) -> Run:
        """Find where the time counts from, and how it stands."""
        clock, window = self.clock, self.what.window
        until = window.end if ended is None else ended
        started = triggered
        before = [e["event_at"] for e in self.known if _any([e], clock.counts_from)]
        if any(at <= triggered for at in before):
            started = max(at for at in before if at <= triggered)
        deferrals = []
        if clock.defer:
            deferrals = halts_of(self.known, clock.defer.begin, clock.defer.end, window.end)
        for halted, released in deferrals:
            if released <= triggered or halted >= until:
                continue
            if self.due(triggered, started, until) < halted:
                break  # it had run out before there was a reason to wait
            started = min(released, until)
        due = self.due(triggered, started, until)
        time = self.time(triggered)
        elapsed = self.active(triggered, started, until).elapsed(started, until)
        seconds = self.seconds(triggered, started)
        warnings = [
            share for share in clock.warning_shares if elapsed >= self.warns_after(share, seconds)
        ]
        state = self.state(ended, by, due, at_risk=bool(warnings))
        if state in {"missed", "overdue"}:
            is_due = max(due, triggered) in window or max(due, triggered) >= window.end
        else:
            is_due = state == "met" and until in window
        return {
            "clock": clock.clock,
            "kind": clock.kind,
            "triggered_at": triggered,
            "started_at": started,
            "stopped_at": ended,
            "ended_by": by,
            "due_at": due,
            "elapsed_seconds": elapsed,
            "paused_seconds": time.elapsed(started, until) - elapsed,
            "target_seconds": seconds,
            "state": state,
            "is_due": is_due,
            "warning_share": max(warnings) if state == "at_risk" else None,
        }

    def state(self, ended: int | None, by: str | None, due: int, *, at_risk: bool) -> str:
        """Judge."""
        if ended is None:
            if due < self.what.window.end:
                return "overdue"
            return "at_risk" if at_risk else "open"
        if ended > due:
            return "missed"
        return "met" if by == "stop" else "cancelled"

    def warns_after(self, share: float, seconds: int) -> int:
        """Return the time used up at which a warning is due."""
        if self.target.within.length is not None:
            return -int(-share * seconds // 1)
        return round(share * 1_000_000) * seconds // 1_000_000

    def time(self, triggered: int) -> BusinessTime:
        """Return the time that counts."""
        if (self.target.calendar or self.clock.calendar) == "24x7":
            return ALWAYS
        return _laid_out(self.calendar(triggered).model_dump_json(), self.what.day)

    def calendar(self, triggered: int) -> Calendar:
        """Return the site's calendar that was in force at the trigger."""
        zone = self.what.operations.zone_info
        day = operational_day_of(triggered, zone)
        contracts = (*self.what.replaced, self.what.contract)
        contract = next((c for c in contracts if c.in_force_on(day)), self.what.contract)
        return contract.calendar_on(self.place, day)

    def active(self, triggered: int, started: int, until: int) -> BusinessTime:
        """Return the time that counts and is not paused."""
        clock = self.clock
        pauses = halts_of(
            self.known, clock.pause_conditions, clock.resume_conditions, self.what.window.end
        )
        clipped = [(max(a, started), min(b, until)) for a, b in pauses if a < until and b > started]
        return self.time(triggered).without(clipped)

    def due(self, triggered: int, started: int, until: int) -> int:
        """Return when the target is used up."""
        on_close = self.clock.on_close or "stay"
        conventions = Conventions(on_close=on_close, on_zero="snap")
        active = self.active(triggered, started, until)
        seconds = self.seconds(triggered, started)
        if not seconds and on_close == "stay":  # days in which nobody works
            return days_later(self.target.within, started, self.calendar(triggered).zone_info)
        return active.deadline(started, seconds, conventions)

    def seconds(self, triggered: int, started: int) -> int:
        """Return the target in seconds that count."""
        within = self.target.within
        if within.length is not None:
            return within.length
        time = self.time(triggered)
        if time is ALWAYS:
            return days_later(within, started, self.what.operations.zone_info) - started
        calendar = self.calendar(triggered)
        if not within.is_working_days:
            return time.elapsed(started, days_later(within, started, calendar.zone_info))
        begun = time.next_open(started)
        local = utc_instant(begun).astimezone(calendar.zone_info)
        days = within.working_days or 0
        while days:  # one day after the other, until so many were worked
            local += timedelta(days=1)
            noon = time.elapsed(_midnight(local), _midnight(local + timedelta(days=1)))
            days -= noon > 0
        return time.elapsed(started, int(local.timestamp()))


@lru_cache(maxsize=8)
def _laid_out(calendar: str, day: date) -> BusinessTime:
    return lay_out(Calendar.model_validate_json(calendar), day - _MARGIN, day + _MARGIN)


def _midnight(local: datetime) -> int:
    return int(local.replace(hour=0, minute=0, second=0).timestamp())


def days_later(within: Duration, started: int, zone: ZoneInfo) -> int:
    """Return the same time of day so many days or months later."""
    local = utc_instant(started).astimezone(zone)
    if within.calendar_days:
        return int((local + timedelta(days=within.calendar_days)).timestamp())
    months = (within.months or 0) + 12 * (within.years or 0)
    while months:
        month = local.replace(day=28) + timedelta(days=4)
        last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        local = month.replace(day=min(utc_instant(started).astimezone(zone).day, last.day))
        months -= 1
    return int(local.timestamp())
