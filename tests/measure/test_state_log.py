"""Vendors that tell each change of state: a day needs the days before, and no more of them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from case_book import DAY, Bench, Case, utc, vendor_day
from landed import NOW, land, measured_workspace
from rich_clocks import clock

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import UpdateShape
from breakwater.core.vocabulary import EventType
from breakwater.measure.explain import explain_case, states_as_events
from breakwater.measure.measure import measure_day
from breakwater.measure.models import VendorDay
from breakwater.warehouse.workspace import Workspace

STATES = UpdateShape(
    kind="update",
    at="at",
    state="state",
    events={
        "new": EventType.RECEIVED,
        "waiting": EventType.QUEUED,
        "active": EventType.ASSIGNED,
        "on hold": EventType.PAUSED,
        "done": EventType.DECIDED,
        "closed": EventType.CLOSED,
    },
    history_days=5,
)


def state_log(what: VendorDay) -> VendorDay:
    """Return the vendor-day as one of a log of states."""
    return replace(what, contract=what.contract.model_copy(update={"shape": STATES}))


def with_state_log(workspace: Workspace) -> Workspace:
    """Return an installation in which Pearlline keeps a log of states."""
    installation = measured_workspace(workspace)
    vendors = installation.configuration.vendors
    contract = vendors["pearlline"].model_copy(update={"shape": STATES})
    configuration = replace(installation.configuration, vendors=vendors | {"pearlline": contract})
    return replace(installation, configuration=configuration)


def test_a_case_leaves_its_pause_with_whatever_state_comes_next(
    bench: Bench, configuration: Configuration
) -> None:
    """On hold from 03:00 until it is active again at 05:00: nobody says "resumed"."""
    events = Case(priority="p1").events(
        ("queued", "2026-03-02 02:00"),
        ("paused", "2026-03-02 03:00"),
        ("assigned", "2026-03-02 05:00"),
        ("decided", "2026-03-02 07:00"),
    )
    bench.run(state_log(vendor_day(configuration)), events)
    (run,) = (row for row in bench.rows("clock_run") if row["clock"] == "decision_p1")
    assert (run["elapsed_seconds"], run["paused_seconds"]) == (3 * 3600, 2 * 3600)
    assert run["due_at"] == utc("2026-03-02 08:00")


def test_a_pause_that_goes_on_for_another_reason_is_told(
    bench: Bench, configuration: Configuration
) -> None:
    """From 02:30 on the order cannot be met: its hour starts when that is over, at 05:00."""
    order = clock(
        "order",
        defer={"begin": {"event": "paused", "reasons": ["impossible"]}},
        within={"hours": 1},
    )
    events = Case(priority="p1").events(
        ("received", "2026-03-02 02:00"),
        ("paused", "2026-03-02 02:10", {"reason": "waiting"}),
        ("paused", "2026-03-02 02:20", {"reason": "waiting"}),
        ("paused", "2026-03-02 02:30", {"reason": "impossible"}),
        ("assigned", "2026-03-02 05:00"),
    )
    what = state_log(vendor_day(configuration))
    bench.run(replace(what, clocks=(order,)), events)
    (run,) = bench.rows("clock_run")
    assert (run["started_at"], run["due_at"]) == (utc("2026-03-02 05:00"), utc("2026-03-02 06:00"))
    told = [row["event_at"] for row in bench.rows("told") if row["event_type"] == "paused"]
    assert sorted(told) == [utc("2026-03-02 02:10"), utc("2026-03-02 02:30")]
    assert sorted(
        row["event_at"] for row in states_as_events(events) if row["event_type"] == "paused"
    ) == sorted(told)


def test_a_message_is_no_state(bench: Bench, configuration: Configuration) -> None:
    """A question while the case is on hold does not resume it, one after the decision re-opens none."""
    shape = STATES.model_copy(
        update={"events": STATES.events | {"asked": EventType.REQUESTER_MESSAGE}}
    )
    what = vendor_day(configuration)
    what = replace(what, contract=what.contract.model_copy(update={"shape": shape}))
    events = Case(priority="p1").events(
        ("queued", "2026-03-02 02:00"),
        ("paused", "2026-03-02 03:00"),
        ("requester_message", "2026-03-02 04:00"),
        ("assigned", "2026-03-02 05:00"),
        ("decided", "2026-03-02 07:00"),
        ("requester_message", "2026-03-02 08:00"),
    )
    bench.run(what, events)
    (run,) = (row for row in bench.rows("clock_run") if row["clock"] == "decision_p1")
    assert (run["elapsed_seconds"], run["paused_seconds"]) == (3 * 3600, 2 * 3600)
    told = sorted(row["event_type"] for row in bench.rows("event"))
    assert told.count("requester_message") == 2
    assert told.count("resumed") == 1
    assert "reopened" not in told


def test_what_was_over_before_the_day_is_no_part_of_it(
    bench: Bench, configuration: Configuration
) -> None:
    """Decided last week: gone. Decided last week and closed today: seen. Undecided since: backlog."""
    old = [("received", "2026-02-25 01:00"), ("queued", "2026-02-25 01:00")]
    events = [
        *Case("over").events(*old, ("decided", "2026-02-25 02:00")),
        *Case("closed-today").events(
            *old, ("decided", "2026-02-25 02:00"), ("closed", "2026-03-02 02:00")
        ),
        *Case("open").events(*old),
        *Case("decided-today").events(*old, ("decided", "2026-03-02 02:00")),
    ]
    bench.run(state_log(vendor_day(configuration)), events)
    assert {row["case_id_vendor"] for row in bench.rows("case_day")} == {
        "closed-today",
        "open",
        "decided-today",
    }
    assert bench.facts("backlog") == {("hate",): (1, None)}
    assert bench.facts("total_solved") == {("hate",): (1, None)}


def test_a_state_that_is_repeated_is_one_event(bench: Bench, configuration: Configuration) -> None:
    """Done on Sunday, and touched on Monday without a change: solved on Sunday, not again."""
    events = Case().events(
        ("received", "2026-03-01 01:00"),
        ("decided", "2026-03-01 02:00"),
        ("decided", "2026-03-02 02:00"),
    )
    bench.run(state_log(vendor_day(configuration)), events)
    assert bench.facts("total_solved") == {("hate",): (0, None)}
    assert bench.facts("backlog") == {("hate",): (0, None)}


def test_a_case_that_leaves_its_decision_for_work_is_reopened(
    bench: Bench, configuration: Configuration
) -> None:
    """Done and closed on Sunday, active again on Monday: back in the backlog."""
    events = Case().events(
        ("received", "2026-03-01 01:00"),
        ("decided", "2026-03-01 02:00"),
        ("closed", "2026-03-01 03:00"),
        ("assigned", "2026-03-02 02:00"),
    )
    bench.run(state_log(vendor_day(configuration)), events)
    assert bench.facts("reopened_incoming") == {("hate",): (1, None)}
    assert bench.facts("returned") == {("hate",): (1, None)}
    assert bench.facts("backlog") == {("hate",): (1, None)}


def test_a_case_that_was_taken_up_again_stays_open_on_days_that_leave_it_alone(
    bench: Bench, configuration: Configuration
) -> None:
    """Decided and back in its queue last week, untouched since: nobody ever says "reopened"."""
    told = [("received", "2026-02-25 01:00"), ("decided", "2026-02-25 02:00")]
    events = [
        *Case("back").events(*told, ("queued", "2026-02-25 03:00")),
        *Case("over").events(*told),
    ]
    bench.run(state_log(vendor_day(configuration)), events)
    found = {row["case_id_vendor"]: row["is_open"] for row in bench.rows("case_day")}
    assert found == {"back": 1}


def test_a_case_that_comes_back_in_the_second_of_its_decision_is_open(
    bench: Bench, configuration: Configuration
) -> None:
    """Whole seconds cannot tell which came last; the order of what was told can."""
    events = Case("C").events(
        ("received", "2026-03-02 01:00"),
        ("decided", "2026-03-02 02:00"),
        ("queued", "2026-03-02 02:00"),
    )
    for row, event in enumerate(events):
        event["source_row"] = row + 1
    bench.run(state_log(vendor_day(configuration)), events)
    assert [row["is_open"] for row in bench.rows("case_day")] == [1]


def test_a_pause_of_a_state_log_is_explained_as_it_is_measured(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two hours on hold, in the models and in the explanation."""
    installation = with_state_log(workspace)
    events = Case(priority="p1").events(
        ("queued", "2026-03-02 02:00"),
        ("paused", "2026-03-02 03:00"),
        ("paused", "2026-03-02 04:00"),
        ("assigned", "2026-03-02 05:00"),
        ("decided", "2026-03-02 07:00"),
    )
    land(installation, tmp_path, events, [])
    measure_day(installation, "pearlline", DAY, NOW)
    (decision, _) = explain_case(installation, "pearlline", DAY, "C1")
    assert [each.reason for each in decision.stretches] == ["counts", "paused", "counts"]
    assert decision.stretches[-1].elapsed_seconds == decision.run["elapsed_seconds"] == 3 * 3600


@pytest.mark.parametrize(("days_before", "is_known"), [(5, True), (6, False)])
def test_updates_of_earlier_days_are_read_as_far_back_as_the_contract_says(
    days_before: int, is_known: bool, workspace: Workspace, tmp_path: Path
) -> None:
    """Five days of history: an arrival six days ago is out of sight."""
    installation = with_state_log(workspace)
    arrived: date = DAY - timedelta(days=days_before)
    received = utc(f"{arrived} 01:00")
    land(installation, tmp_path, Case().events(("received", received)), [], day=arrived)
    decided = Case(record="r2").events(("decided", "2026-03-02 02:00"))
    land(installation, tmp_path, decided, [])
    measure_day(installation, "pearlline", DAY, NOW)
    (row,) = installation.warehouse.rows(
        "select sum(denominator) as n from measure.kpi_fact where metric = 'turnaround'"
    )
    assert row["n"] == (1 if is_known else None)
