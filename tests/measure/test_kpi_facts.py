"""KPI facts: each metric as it is defined."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from case_book import Bench, Case, outcome_of, utc, vendor_day

from breakwater.contracts.calendar import Calendar, Weekday
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.contracts.shape import CaseShape
from breakwater.core.histogram import AGE_BANDS, UPPER_BOUNDS
from breakwater.core.vocabulary import EventType
from breakwater.measure.kpi.measurable import measurable


def test_incoming_solved_and_backlog_of_a_small_day(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Four cases: an old one solved, a new one solved by automation, a new one open, an old one open."""
    case = Case()
    events = [
        *case.named("old-solved").events(
            ("received", "2026-02-27 10:00"),
            ("queued", "2026-02-27 10:00"),
            ("decided", "2026-03-02 10:00"),
        ),
        *case.named("automatic").events(
            ("received", "2026-03-02 10:00"),
            ("decided", "2026-03-02 10:01", {"actor_type": "automation"}),
        ),
        *case.named("new-open").events(
            ("received", "2026-03-02 10:00"), ("queued", "2026-03-02 10:05")
        ),
        *case.named("old-open").events(
            ("received", "2026-03-01 15:59"), ("queued", "2026-03-01 15:59")
        ),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    hate = ("hate",)
    assert duckdb_bench.facts("total_incoming") == {hate: (2, None)}
    assert duckdb_bench.facts("manual_incoming") == {hate: (1, None)}
    assert duckdb_bench.facts("total_solved") == {hate: (2, None)}
    assert duckdb_bench.facts("manual_solved") == {hate: (1, None)}
    assert duckdb_bench.facts("net_flow") == {hate: (0, None)}, "as many solved as received"
    assert duckdb_bench.facts("reopened_incoming") == {hate: (0, None)}, "a zero that was counted"
    assert duckdb_bench.facts("clearance_rate") == {hate: (2, 2)}
    assert duckdb_bench.facts("backlog") == {hate: (2, None)}
    # 16:00 − 10:00 is 6 h; 16:00 − 15:59 of the day before is 24 h and a minute.
    assert duckdb_bench.facts("backlog_age") == {hate: (6 * 3600 + 24 * 3600 + 60, 2)}


def test_waiting_is_measured_where_it_ends(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Picked up yesterday, decided today: no ASA of today, but an answer and a turnaround."""
    events = Case().events(
        ("received", "2026-03-01 09:00"),
        ("queued", "2026-03-01 10:00"),
        ("assigned", "2026-03-01 12:00"),
        ("decided", "2026-03-02 10:00", {"handle_seconds": 240, "agent": "a1"}),
    )
    duckdb_bench.run(vendor_day(configuration), events)
    hate = ("hate",)
    assert duckdb_bench.facts("asa") == {}
    assert duckdb_bench.facts("average_answer_speed") == {hate: (24 * 3600, 1)}
    assert duckdb_bench.facts("time_to_first_action") == {hate: (25 * 3600, 1)}
    assert duckdb_bench.facts("average_age_at_solve") == {hate: (25 * 3600, 1)}
    assert duckdb_bench.facts("turnaround") == {hate: (25 * 3600, 1)}
    assert duckdb_bench.facts("aht") == {hate: (240, 1)}
    assert duckdb_bench.facts("average_agent_solves") == {hate: (1, 1)}


def test_a_reopened_case_is_solved_once_and_counted_as_reopened(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Decided, re-opened, decided again: one solve, with the turnaround of the last decision."""
    events = [
        *Case().events(
            ("received", "2026-03-02 01:00"),
            ("queued", "2026-03-02 01:00"),
            ("decided", "2026-03-02 02:00", {"handle_seconds": 60}),
            ("reopened", "2026-03-02 03:00"),
            ("decided", "2026-03-02 05:00", {"handle_seconds": 90}),
        ),
        *Case("C2").events(
            ("received", "2026-03-02 01:00"),
            ("decided", "2026-03-02 02:00"),
            ("reopened", "2026-03-02 03:00"),
        ),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    hate = ("hate",)
    assert duckdb_bench.facts("total_incoming") == {hate: (2, None)}
    assert duckdb_bench.facts("total_solved") == {hate: (1, None)}
    assert duckdb_bench.facts("reopened_incoming") == {hate: (2, None)}
    assert duckdb_bench.facts("reopen_rate") == {hate: (2, 1)}
    assert duckdb_bench.facts("backlog") == {hate: (1, None)}
    assert duckdb_bench.facts("turnaround") == {hate: (4 * 3600, 1)}
    assert duckdb_bench.facts("time_to_first_action") == {hate: (2 * 3600, 2)}
    assert duckdb_bench.facts("aht") == {hate: (150, 1)}, "both decisions were worked on"


def test_a_case_listed_twice_counts_once(duckdb_bench: Bench, configuration: Configuration) -> None:
    """A duplicate is a break of the book, not a second case nor a second handling time."""
    told = (
        ("received", "2026-03-02 01:00"),
        ("decided", "2026-03-02 02:00", {"handle_seconds": 60}),
    )
    events = [*Case().events(*told), *Case(record="again").events(*told)]
    outcomes = [outcome_of(events[1], "matched"), outcome_of(events[3], "duplicate_vendor")]
    duckdb_bench.run(vendor_day(configuration), events, outcomes)
    hate = ("hate",)
    assert duckdb_bench.facts("total_solved") == {hate: (1, None)}
    assert duckdb_bench.facts("aht") == {hate: (60, 1)}
    assert duckdb_bench.facts("break_rate") == {hate: (1, 2)}


def test_what_a_later_export_repeats_is_the_same_record(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Equal rows of two exports have equal ids: the book's record still counts once."""
    events = Case().events(("received", "2026-03-02 01:00"), ("decided", "2026-03-02 02:00"))
    duckdb_bench.run(
        vendor_day(configuration), [*events, *events], [outcome_of(events[1], "matched")]
    )
    assert duckdb_bench.facts("break_rate") == {("hate",): (0, 1)}


def test_a_late_decision_takes_the_case_out_of_the_backlog(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """The day's own export lists it undecided; a later one delivers the decision of that day."""
    events = [
        *Case(policy=None).events(("received", "2026-03-02 01:00"), ("queued", "2026-03-02 01:00")),
        *Case(policy="spam", record="late").events(
            ("received", "2026-03-02 01:00"),
            ("queued", "2026-03-02 01:00"),
            ("decided", "2026-03-02 15:00"),
        ),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("backlog") == {("hate",): (0, None)}
    assert duckdb_bench.facts("total_solved") == {("hate",): (1, None)}
    (slice_,) = duckdb_bench.rows("case_slice")
    assert slice_["policy"] == "spam", "the record that knows the decision speaks for the case"


def test_an_agents_day_is_split_over_the_slices_of_the_agents_solves(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Three agents, five solves: 5 / 3, and one agent's day is two thirds hate, one third spam."""
    solved = [("hate", "a1"), ("hate", "a1"), ("spam", "a1"), ("spam", "a2"), ("spam", "a3")]
    events = [
        event
        for n, (queue, agent) in enumerate(solved)
        for event in Case(f"C{n}", queue=queue).events(
            ("received", "2026-03-02 01:00"), ("decided", "2026-03-02 02:00", {"agent": agent})
        )
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    found = duckdb_bench.facts("average_agent_solves")
    assert found[("hate",)] == (2, pytest.approx(2 / 3))
    assert found[("spam",)] == (3, pytest.approx(1 / 3 + 2))


def test_exposure_is_counted_by_the_severity_of_the_queue(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """An hour in child safety (tier A) and an hour in spam (tier C): each in its own tier."""
    events = [
        event
        for queue in ("child_safety", "spam")
        for event in Case(queue, queue=queue).events(
            ("received", "2026-03-02 01:00"),
            ("decided", "2026-03-02 02:00", {"handle_seconds": 3600}),
        )
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("exposure_hours") == {("child_safety",): (1, None)}
    assert duckdb_bench.facts("exposure_hours_b") == {}
    assert duckdb_bench.facts("exposure_hours_c") == {("spam",): (1, None)}


def test_quality_is_told_with_its_sample(duckdb_bench: Bench, configuration: Configuration) -> None:
    """Scores 1, 0.5 and 0 of the vendor; ours of the first is 0.8."""
    events = [
        event
        for n, (score, ours) in enumerate(((1.0, 0.8), (0.5, None), (0.0, None)))
        for event in Case(f"C{n}").events(
            ("received", "2026-03-02 01:00"),
            ("decided", "2026-03-02 02:00"),
            ("qa_scored", "2026-03-02 03:00", {"score": score}),
            *([("qa_rescored", "2026-03-02 04:00", {"score": ours})] if ours else []),
        )
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("qa_accuracy") == {("hate",): (1.5, 3)}
    assert duckdb_bench.facts("calibration_delta") == {("hate",): (pytest.approx(0.2), 1)}


def test_appeals_count_on_the_day_of_the_appeal(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """Two solved with an action, one without; one appeal, overturned."""
    events = [
        *Case("C1").events(
            ("received", "2026-03-02 01:00"),
            ("escalated", "2026-03-02 01:30"),
            ("decided", "2026-03-02 02:00"),
            ("appealed", "2026-03-02 03:00"),
            ("appeal_decided", "2026-03-02 04:00", {"reason": "overturned"}),
        ),
        *Case("C2").events(("received", "2026-03-02 01:00"), ("decided", "2026-03-02 02:00")),
        *Case("C3").events(
            ("received", "2026-03-02 01:00"),
            ("decided", "2026-03-02 02:00", {"decision": "no_action"}),
        ),
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    assert duckdb_bench.facts("appeal_rate") == {("hate",): (1, 2)}
    assert duckdb_bench.facts("overturn_rate") == {("hate",): (1, 1)}
    assert duckdb_bench.facts("escalation_rate") == {("hate",): (1, 3)}


def test_a_vendor_that_does_not_report_an_event_has_no_rate_of_it(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """No appeals in the export is no appeal rate, not an appeal rate of zero."""
    what = vendor_day(configuration)
    assert isinstance(what.contract.shape, CaseShape)
    instants = {
        kind: columns
        for kind, columns in what.contract.shape.instants.items()
        if kind not in {EventType.APPEALED, EventType.ESCALATED}
    }
    shape = what.contract.shape.model_copy(update={"instants": instants})
    silent = replace(what, contract=what.contract.model_copy(update={"shape": shape}))
    events = Case().events(("received", "2026-03-02 01:00"), ("decided", "2026-03-02 02:00"))
    duckdb_bench.run(silent, events)
    assert set(METRICS) - set(measurable(silent.contract)) == {"appeal_rate", "escalation_rate"}
    assert duckdb_bench.facts("appeal_rate") == {}
    assert duckdb_bench.facts("escalation_rate") == {}
    assert duckdb_bench.facts("total_solved") == {("hate",): (1, None)}


def test_a_histogram_has_every_case_in_one_bucket(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """At once, within a minute, and in two years."""
    received = utc("2026-03-02 01:00")
    waits = (0, 60, 2 * 366 * 86400)
    events = [
        event
        for n, wait in enumerate(waits)
        for event in Case(f"C{n}").events(("received", received - wait), ("decided", received))
    ]
    duckdb_bench.run(vendor_day(configuration), events)
    found = {r["upper_seconds"]: r["case_count"] for r in duckdb_bench.rows("kpi_histogram")}
    assert found == {UPPER_BOUNDS[0]: 1, 60: 1, UPPER_BOUNDS[-1]: 1}


def test_turnaround_in_business_time_counts_open_hours_of_the_site(
    bench: Bench, configuration: Configuration
) -> None:
    """From Saturday 21:00 to Monday 07:00 at a site that closes at 22:00 and over Sunday: two hours."""
    told = (("received", "2026-02-28 13:00"), ("decided", "2026-03-01 23:00"))
    closing = Case("A", site="cebu", queue="spam").events(*told)
    always = Case("B", site="manila", queue="hate").events(*told)
    bench.run(vendor_day(configuration), [*closing, *always])
    assert bench.facts("turnaround") == {("spam",): (34 * 3600, 1), ("hate",): (34 * 3600, 1)}
    assert bench.facts("turnaround_business") == {("spam",): (7200, 1), ("hate",): (34 * 3600, 1)}
    found = {
        (row["metric"], row["site"]): row["upper_seconds"] for row in bench.rows("kpi_histogram")
    }
    assert found["turnaround_business", "cebu"] == min(b for b in UPPER_BOUNDS if b >= 7200)
    assert found["turnaround_business", "manila"] == found["turnaround", "manila"]


def test_a_calendar_that_no_longer_opens_has_no_business_time(
    duckdb_bench: Bench, configuration: Configuration
) -> None:
    """No row, rather than a turnaround of nothing."""
    what = vendor_day(configuration)
    weekly: dict[Weekday, tuple[str, ...]] = dict.fromkeys(get_args(Weekday), ())
    once = {date(2020, 1, 2): ("09:00-10:00",)}
    shut = Calendar(zone="Asia/Manila", weekly=weekly, overrides=once)
    contract = what.contract.model_copy(
        update={"calendars": {**what.contract.calendars, "cebu": shut}}
    )
    case = Case(site="cebu", priority="p2")
    events = case.events(("received", "2026-03-02 10:00"), ("decided", "2026-03-02 11:00"))
    duckdb_bench.run(replace(what, contract=contract), events)
    assert duckdb_bench.facts("turnaround") == {("hate",): (3600, 1)}
    assert duckdb_bench.facts("turnaround_business") == {}


def test_bands_of_age_hold_the_backlog_and_the_oldest_is_told(
    bench: Bench, configuration: Configuration
) -> None:
    """An upper end belongs to its band; what is decided is in none."""
    what = vendor_day(configuration)
    ages = (3600, 3601, 4 * 3600, 86_400, 86_401, 7 * 86_400, 8 * 86_400)
    events = [
        event
        for n, age in enumerate(ages)
        for event in Case(f"C{n}").events(("received", what.window.end - age))
    ]
    decided = Case("D", queue="spam").events(
        ("received", "2026-02-01 10:00"), ("decided", "2026-03-02 10:00")
    )
    bench.run(what, [*events, *decided])
    bands = {
        row["upper_seconds"]: row["case_count"]
        for row in bench.rows("kpi_histogram")
        if row["metric"] == "backlog_band"
    }
    first, second, third, fourth, fifth, older = AGE_BANDS
    assert bands == {first: 1, second: 2, third: 1, fourth: 1, fifth: 1, older: 1}
    assert bench.facts("backlog_oldest") == {("hate",): (8 * 86_400, None)}
