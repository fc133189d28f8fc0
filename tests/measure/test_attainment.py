"""Attainment: due and open counts as missed, and every clock counts on exactly one day."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from case_book import DAY, Bench, Case, Event, utc, vendor_day

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import AttainmentTarget
from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.measure.attainment import Attained, Promise, promises, target_of
from breakwater.measure.findings import About, breach_findings

P1 = Case(priority="p1")
"""Its clock: 4 hours from queued to decided, round the clock."""


def only_run(bench: Bench, clock: str = "decision_p1") -> Event:
    """Return the one run of a clock."""
    (run,) = (row for row in bench.rows("clock_run") if row["clock"] == clock)
    return run


def test_a_case_decided_in_time_is_met_and_counts(
    bench: Bench, configuration: Configuration
) -> None:
    """Queued at 02:00, due at 06:00, decided at 05:59."""
    events = P1.events(
        ("received", "2026-03-02 01:59"),
        ("queued", "2026-03-02 02:00"),
        ("decided", "2026-03-02 05:59"),
    )
    run = only_run(bench.run(vendor_day(configuration), events))
    assert (run["state"], run["is_due"]) == ("met", True)
    assert run["due_at"] == utc("2026-03-02 06:00")
    assert run["elapsed_seconds"] == 3 * 3600 + 59 * 60


def test_a_case_decided_at_the_due_instant_is_met(
    bench: Bench, configuration: Configuration
) -> None:
    """Within 4 hours includes the fourth hour's end; a second later does not."""
    in_time = P1.events(("queued", "2026-03-02 02:00"), ("decided", "2026-03-02 06:00:00"))
    late = P1.named("C2").events(("queued", "2026-03-02 02:00"), ("decided", "2026-03-02 06:00:01"))
    bench.run(vendor_day(configuration), [*in_time, *late])
    states = {
        r["case_id_vendor"]: r["state"]
        for r in bench.rows("clock_run")
        if r["clock"] == "decision_p1"
    }
    assert states == {"C1": "met", "C2": "missed"}


def test_a_late_case_still_open_counts_against_attainment(
    bench: Bench, configuration: Configuration
) -> None:
    """Backlog must not flatter the number: one met, one overdue and undecided, so one half."""
    events = [
        *P1.events(("queued", "2026-03-02 02:00"), ("decided", "2026-03-02 03:00")),
        *P1.named("C2").events(("queued", "2026-03-02 02:00")),
    ]
    bench.run(vendor_day(configuration), events)
    attained = [row for row in bench.rows("attainment") if row["clock"] == "decision_p1"]
    assert attained == [{"clock": "decision_p1", "queue": "hate", "due_count": 2, "met_count": 1}]
    assert bench.facts("sla_attainment") == {("hate",): (1.0, 2.0)}
    (exception,) = (r for r in bench.rows("clock_exception") if r["clock"] == "decision_p1")
    assert (exception["case_id_vendor"], exception["state"]) == ("C2", "overdue")


def test_a_case_that_ran_out_yesterday_does_not_count_again(
    bench: Bench, configuration: Configuration
) -> None:
    """It was missed on the day it ran out, whether it is decided today or still open."""
    events = [
        *P1.events(("queued", "2026-02-28 02:00"), ("decided", "2026-03-02 03:00")),
        *P1.named("C2").events(("queued", "2026-02-28 02:00")),
    ]
    bench.run(vendor_day(configuration), events)
    found = {
        r["case_id_vendor"]: (r["state"], r["is_due"])
        for r in bench.rows("clock_exception")
        if r["clock"] == "decision_p1"
    }
    assert found == {"C1": ("missed", False), "C2": ("overdue", False)}
    assert not bench.rows("attainment")


def test_an_open_case_is_at_risk_after_its_share_of_the_target(
    bench: Bench, configuration: Configuration
) -> None:
    """The day ends at 16:00 UTC: 3 h 12 min (80 %) of 4 hours is at risk, a second less is open."""
    events = [
        *P1.events(("queued", "2026-03-02 12:48:00")),
        *P1.named("C2").events(("queued", "2026-03-02 12:48:01")),
    ]
    bench.run(vendor_day(configuration), events)
    states = {
        r["case_id_vendor"]: r["state"]
        for r in bench.rows("clock_run")
        if r["clock"] == "decision_p1"
    }
    assert states == {"C1": "at_risk", "C2": "open"}


def test_a_target_that_falls_on_midnight_is_due_on_the_next_day(
    bench: Bench, configuration: Configuration
) -> None:
    """The day is half-open: at its last instant a case due at 16:00 UTC may still be decided."""
    events = P1.events(("queued", "2026-03-02 12:00"))
    run = only_run(bench.run(vendor_day(configuration), events))
    assert (run["state"], run["is_due"]) == ("at_risk", False)


def test_a_pause_pushes_the_deadline_on(bench: Bench, configuration: Configuration) -> None:
    """Two hours of pause: used 3 h of 4, due two hours later."""
    events = P1.events(
        ("queued", "2026-03-02 02:00"),
        ("paused", "2026-03-02 03:00"),
        ("resumed", "2026-03-02 05:00"),
        ("decided", "2026-03-02 07:00"),
    )
    run = only_run(bench.run(vendor_day(configuration), events))
    assert run["due_at"] == utc("2026-03-02 08:00")
    assert (run["elapsed_seconds"], run["paused_seconds"]) == (3 * 3600, 2 * 3600)
    assert run["state"] == "met"


def test_a_pause_after_the_clock_ran_out_forgives_nothing(
    bench: Bench, configuration: Configuration
) -> None:
    """Due at 06:00, paused from 07:00 on: still overdue since 06:00, on this day and no other."""
    events = P1.events(("queued", "2026-03-02 02:00"), ("paused", "2026-03-02 07:00"))
    run = only_run(bench.run(vendor_day(configuration), events))
    assert run["due_at"] == utc("2026-03-02 06:00")
    assert (run["state"], run["is_due"]) == ("overdue", True)


def test_a_pause_that_nobody_ended_lasts_to_the_days_end(
    bench: Bench, configuration: Configuration
) -> None:
    """One hour used, paused since: open, with three hours left from midnight on."""
    events = P1.events(("queued", "2026-03-02 02:00"), ("paused", "2026-03-02 03:00"))
    run = only_run(bench.run(vendor_day(configuration), events))
    assert (run["state"], run["elapsed_seconds"]) == ("open", 3600)
    assert run["due_at"] == utc("2026-03-02 19:00")


def test_a_clock_without_pauses_runs_on(bench: Bench, configuration: Configuration) -> None:
    """The pick-up clock ignores that the case was on hold."""
    events = P1.events(
        ("queued", "2026-03-02 02:00"),
        ("paused", "2026-03-02 02:10"),
        ("resumed", "2026-03-02 02:50"),
        ("assigned", "2026-03-02 03:10"),
    )
    run = only_run(bench.run(vendor_day(configuration), events), "pickup_p1")
    assert (run["state"], run["elapsed_seconds"], run["paused_seconds"]) == ("missed", 70 * 60, 0)


def test_a_case_that_was_decided_has_been_picked_up(
    bench: Bench, configuration: Configuration
) -> None:
    """Nobody noted the pick-up; the decision after twenty minutes is within the hour."""
    events = P1.events(("queued", "2026-03-02 02:00"), ("decided", "2026-03-02 02:20"))
    run = only_run(bench.run(vendor_day(configuration), events), "pickup_p1")
    assert (run["state"], run["stopped_at"]) == ("met", utc("2026-03-02 02:20"))


def test_a_clock_whose_events_nobody_reports_does_not_run(
    bench: Bench, configuration: Configuration
) -> None:
    """A vendor without a column for pick-ups has not missed them all."""
    what = vendor_day(configuration)
    assert isinstance(what.contract.shape, CaseShape)
    instants = {
        kind: columns
        for kind, columns in what.contract.shape.instants.items()
        if kind is not EventType.ASSIGNED
    }
    shape = what.contract.shape.model_copy(update={"instants": instants})
    silent = replace(what, contract=what.contract.model_copy(update={"shape": shape}))
    bench.run(silent, P1.events(("queued", "2026-03-02 02:00")))
    assert {row["clock"] for row in bench.rows("clock_run")} == {"decision_p1"}


def test_business_time_stands_still_at_night(bench: Bench, configuration: Configuration) -> None:
    """Cebu works 06:00 to 22:00 but not on Sundays: 16 business hours from Saturday 21:00 local.

    One hour until closing, then fifteen from Monday 06:00 on: due at 21:00 local, 13:00 UTC.
    """
    p3 = Case(site="cebu", priority="p3")
    events = p3.events(("queued", "2026-02-28 13:00"), ("decided", "2026-03-02 12:59"))
    run = only_run(bench.run(vendor_day(configuration), events), "decision_p3")
    assert run["due_at"] == utc("2026-03-02 13:00")
    assert run["elapsed_seconds"] == 16 * 3600 - 60
    assert run["state"] == "met"


def test_the_same_case_at_a_site_that_never_closes_is_due_sooner(
    bench: Bench, configuration: Configuration
) -> None:
    """Manila works round the clock: sixteen hours later, at 05:00 UTC."""
    p3 = Case(site="manila", priority="p3")
    events = p3.events(("queued", "2026-03-01 13:00"), ("decided", "2026-03-02 12:59"))
    run = only_run(bench.run(vendor_day(configuration), events), "decision_p3")
    assert run["due_at"] == utc("2026-03-02 05:00")
    assert run["state"] == "missed"


def test_a_law_counts_from_the_day_it_is_in_force(
    bench: Bench, configuration: Configuration
) -> None:
    """A case of 19 February has 36 hours, one of 20 February has 3; the trigger decides.

    Both are looked at on 20 February; days are days in Singapore.
    """
    what = vendor_day(configuration, date(2026, 2, 20))
    order = Case(queue="legal_requests", policy="illegal_content")
    events = [
        *order.named("before").events(("received", "2026-02-19 15:59")),
        *order.named("after").events(("received", "2026-02-19 16:00")),
    ]
    bench.run(what, events)
    runs = [row for row in bench.rows("clock_run") if row["clock"] == "removal_order"]
    targets = {row["case_id_vendor"]: row["target_seconds"] for row in runs}
    assert targets == {"before": 36 * 3600, "after": 3 * 3600}


def test_every_clock_counts_on_exactly_one_day(
    configuration: Configuration, tmp_path: Path
) -> None:
    """Six days of exports of the same cases: what is decided or runs out in them counts once."""
    draw = random.Random(5)  # noqa: S311  the same every time
    first = vendor_day(configuration).window.start
    lives = [_life(draw, f"C{n}", first) for n in range(150)]
    counted: Counter[tuple[str, str]] = Counter()
    settled: set[tuple[str, str]] = set()
    for n in range(6):
        day = DAY + timedelta(days=n)
        what = vendor_day(configuration, day)
        engine = DuckDBEngine("1GB", 1)
        export = [e for life in lives for e in _exported(life, what.window.start, what.window.end)]
        for run in Bench(engine, tmp_path).run(what, export).rows("clock_run"):
            about = (run["case_id_vendor"], run["clock"])
            counted[about] += run["is_due"]
            if run["started_at"] >= first and run["state"] in {"met", "missed", "overdue"}:
                settled.add(about)
        engine.close()
    assert settled
    assert {about: counted[about] for about in settled} == dict.fromkeys(settled, 1)
    assert max(counted.values()) == 1


def _life(draw: random.Random, case_id: str, first: int) -> list[Event]:
    queued = first + draw.randrange(0, 4 * 24) * 3600
    told: list[tuple[str, str | int]] = [("received", queued), ("queued", queued)]
    at = queued
    for what in ("assigned", "paused", "resumed", "decided"):
        at += draw.randrange(0, 20) * 3600
        if draw.random() < 0.9:
            told.append((what, at))
    case = Case(case_id, site=draw.choice(("manila", "cebu")), priority=draw.choice(("p1", "p3")))
    return case.events(*told)


def _exported(life: list[Event], start: int, end: int) -> list[Event]:
    """Return what a vendor's export says of a case: decided in the day, or not yet decided."""
    decided = [e["event_at"] for e in life if e["event_type"] == "decided"]
    was_decided_before = bool(decided) and decided[0] < start
    is_known = life[0]["event_at"] < end
    return [e for e in life if e["event_at"] < end] if is_known and not was_decided_before else []


TARGETS = (
    AttainmentTarget(clock="decision_p1", share=0.95),
    AttainmentTarget(clock="decision_p1", share=0.99, queues=("child_safety",)),
)


def test_a_target_that_names_the_queue_comes_first() -> None:
    """A stricter promise for one queue; the general one for the others."""
    strict, general = (target_of(TARGETS, "decision_p1", q) for q in ("child_safety", "hate"))
    assert strict is not None
    assert general is not None
    assert (strict.share, general.share) == (0.99, 0.95)
    assert target_of(TARGETS, "decision_p2", "hate") is None


def test_a_general_promise_is_judged_over_all_of_its_queues_together() -> None:
    """Hate and spam are pooled, 18 of 20; child safety is judged alone."""
    parts = [
        Attained("decision_p1", "child_safety", 10, 10, 0.99),
        Attained("decision_p1", "hate", 8, 7, 0.95),
        Attained("decision_p1", "spam", 12, 11, 0.95),
        Attained("pickup_p1", "spam", 12, 1, None),
    ]
    found = promises(parts, TARGETS)
    assert [(p.queue, p.share, p.met, p.due) for p in found] == [
        ("child_safety", 0.99, 10, 10),
        (None, 0.95, 18, 20),
    ]


def test_a_promise_with_nothing_due_is_kept() -> None:
    """Nothing due is no failure."""
    assert Promise("decision_p1", None, 0.95, ()).attainment == pytest.approx(1)


def test_of_a_case_past_a_law_the_clock_that_presses_now_is_named(
    bench: Bench, configuration: Configuration
) -> None:
    """Removal was due at 04:00; the decision may still come in time, so that is what to do next.

    Of a case whose only open clock is the one that ran out there is nothing else to name.
    """
    order = Case(queue="legal_requests", policy="illegal_content", priority="p1")
    events = [
        *order.named("both").events(
            ("received", "2026-03-02 01:00"), ("queued", "2026-03-02 15:00")
        ),
        *order.named("both_too").events(
            ("received", "2026-03-02 02:00"), ("queued", "2026-03-02 14:00")
        ),
        *replace(order, case_id="alone", priority="p2").events(("received", "2026-03-02 01:00")),
        *replace(order, case_id="kept", priority="p1").events(
            ("received", "2026-03-02 14:00"), ("queued", "2026-03-02 14:00")
        ),
    ]
    what = vendor_day(configuration)
    clocks = tuple(clock for clock in what.clocks if clock.clock != "pickup_p1")
    bench.run(replace(what, clocks=clocks), events)
    assert bench.rows("breach_tightest") == [
        {
            "clock": "removal_order",
            "queue": "legal_requests",
            "tightest": "decision_p1",
            "case_count": 2,
        }
    ]
    late = [row for row in bench.rows("clock_exception") if row["kind"] == "statutory"]
    about = About("pearlline", DAY, what.window.end, what.operations.zone_info)
    tightest = {("removal_order", "legal_requests"): {"decision_p1": 2, "another": 1}}
    (finding,) = breach_findings(about, late, what.clocks, tightest)
    assert finding.value == 3
    assert finding.detail["tightest_clock"] == "decision_p1"
    assert finding.detail["tightest_cases"] == 2
    (finding,) = breach_findings(about, late, what.clocks, {})
    assert "tightest_clock" not in finding.detail
