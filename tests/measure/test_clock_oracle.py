"""Clocks in SQL against the same clocks reckoned case by case from open spans."""

from collections import defaultdict
from datetime import timedelta

import pytest
from case_book import Bench, Event, vendor_day
from random_book import RandomBook

from breakwater.contracts.clocks import Clock
from breakwater.contracts.configuration import Configuration
from breakwater.core.calendar import BusinessTime, Conventions
from breakwater.measure.models import VendorDay
from breakwater.measure.sla.calendars import lay_out

ALWAYS = BusinessTime(((0, 2**40),))


def pauses_of(events: list[Event], end: int) -> list[tuple[int, int]]:
    """Walk a case's events in order and return the spans in which it was paused."""
    told: dict[int, set[str]] = defaultdict(set)
    for event in events:
        if event["event_type"] in {"paused", "resumed"}:
            told[event["event_at"]].add(event["event_type"])
    spans, since = [], None
    for at, types in sorted(told.items()):
        if types == {"paused"} and since is None:
            since = at
        elif types == {"resumed"} and since is not None:
            spans.append((since, at))
            since = None
    return [*spans, (since, end)] if since is not None else spans


def first_at(events: list[Event], event_type: str, since: int = 0) -> int | None:
    """Return the first instant of a type of event at or after another instant."""
    return min(
        (e["event_at"] for e in events if e["event_type"] == event_type and e["event_at"] >= since),
        default=None,
    )


def covers(clock: Clock, case: Event) -> bool:
    """Tell whether a clock runs on a case of this slice."""
    place = {name: case[name] for name in ("queue", "policy", "language", "priority")}
    return clock.applies.covers(vendor="pearlline", **place)


def expected_run(what: VendorDay, clock: Clock, site: str, events: list[Event]) -> Event | None:
    """Reckon one clock on one case."""
    known = [event for event in events if event["event_at"] < what.window.end]
    started = first_at(known, clock.start)
    if started is None:
        return None
    stopped = first_at(known, clock.stop, started)
    if clock.stop == "assigned":  # what is decided has been picked up
        decided = first_at(known, "decided", started)
        stopped = min((at for at in (stopped, decided) if at is not None), default=None)
    end = what.window.end if stopped is None else stopped
    time = ALWAYS
    if clock.calendar == "site":
        margin = timedelta(days=40)
        calendars = what.contract.calendars
        time = lay_out(
            calendars.get(site, calendars["default"]), what.day - margin, what.day + margin
        )
    pauses = [
        (max(start, started), min(stop, end))
        for start, stop in pauses_of(known, what.window.end)
        if clock.pauses and start < end and stop > started
    ]
    active = time.without(pauses)
    due = active.deadline(started, clock.target_seconds, Conventions(on_close=clock.on_close))
    elapsed = active.elapsed(started, end)
    if stopped is not None:
        state = "met" if stopped <= due else "missed"
    elif due < what.window.end:
        state = "overdue"
    else:
        state = "at_risk" if elapsed >= clock.warning_seconds else "open"
    counted_at = stopped if state == "met" else due
    return {
        "started_at": started,
        "stopped_at": stopped,
        "due_at": due,
        "elapsed_seconds": elapsed,
        "paused_seconds": time.elapsed(started, end) - elapsed,
        "state": state,
        "is_due": state in {"met", "missed", "overdue"} and counted_at in what.window,
    }


@pytest.mark.parametrize("on_close", ["stay", "roll_forward"])
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_every_run_is_what_open_spans_minus_pauses_give(
    seed: int, on_close: str, configuration: Configuration, duckdb_bench: Bench
) -> None:
    """Start, stop, deadline, time used and state of every clock of a random book, both ways."""
    shipped = vendor_day(configuration)
    clocks = tuple(clock.model_copy(update={"on_close": on_close}) for clock in shipped.clocks)
    what = VendorDay(shipped.day, shipped.window, shipped.contract, clocks, shipped.operations)
    book = RandomBook(seed, what.window, cases=500)
    by_case: dict[str, list[Event]] = defaultdict(list)
    for event in book.events:
        by_case[event["case_id_vendor"]].append(event)
    entries = {clock.clock: clock for clock in clocks if clock.enabled}
    runs = duckdb_bench.run(what, book.events, book.outcomes).rows("clock_run")
    assert {run["state"] for run in runs} == {"met", "missed", "open", "at_risk", "overdue"}
    assert sum(run["paused_seconds"] > 0 for run in runs) > 5
    found = {(run["case_id_vendor"], run["clock"]): run for run in runs}
    assert len(found) == len(runs)
    for case in duckdb_bench.rows("case_slice"):
        for name, clock in entries.items():
            run = found.pop((case["case_id_vendor"], name), None)
            expected = None
            if covers(clock, case):
                events = by_case[case["case_id_vendor"]]
                expected = expected_run(what, clock, case["site"], events)
            assert expected == (run and {key: run[key] for key in expected or ()}), (case, name)
    assert not found
