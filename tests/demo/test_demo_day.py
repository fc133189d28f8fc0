"""The planted breaks are found under their class, and nothing else is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from closed_days import close_vendor_day

from breakwater.core.days import days_between
from breakwater.demo.found import Comparison, compare
from breakwater.demo.simulator.faults import (
    AccuracyDrop,
    ExportFault,
    FaultPlan,
    MisstatedTotal,
    SlowSite,
    StalledRequest,
    VolumeSpike,
)
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import Truth, load_truth
from breakwater.restate.silently import close_whole_day, write_digest
from breakwater.warehouse.workspace import Workspace

FIRST_DAY = date(2026, 10, 12)
NOW = datetime(2026, 12, 1, tzinfo=UTC)

BREAKS = FaultPlan(crossing_every_days=2)
"""Breaks alone, with pairs on either side of every other midnight of a vendor."""

WEEK = days_between(FIRST_DAY, FIRST_DAY + timedelta(days=5))
EVERYTHING = FaultPlan(
    exports=(
        ExportFault("truncated", "andeska", WEEK[1]),
        ExportFault("restated", "pearlline", WEEK[2]),
        ExportFault("missing", "karavan", WEEK[3]),
        ExportFault("late", "baltica", WEEK[4]),
    ),
    slow_sites=(SlowSite("pearlline", "cebu", WEEK[1], factor=1.45),),
    spikes=(VolumeSpike("dekkan", "spam", "hi", (WEEK[3], WEEK[4]), factor=3.5),),
    accuracy_drops=(AccuracyDrop("es", tuple(WEEK[1:5]), points=0.35),),
    stalled_requests=(
        StalledRequest("karavan", WEEK[1]),
        StalledRequest("baltica", WEEK[2]),
        StalledRequest("baltica", WEEK[3]),
    ),
    misstated_totals=(MisstatedTotal("dekkan", WEEK[5], share=0.06),),
)
"""Every kind of fault that the demo plants, within a week: nothing here needs its history."""


def simulated(
    workspace: Workspace, folder: Path, *, days: int, cases: int, seed: int, faults: FaultPlan
) -> Truth:
    """Simulate an operation and return what was planted."""
    simulate(
        workspace.configuration,
        first_day=FIRST_DAY,
        days=days,
        cases_per_day=cases,
        seed=seed,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=folder / "truth.json",
        faults=faults,
    )
    return load_truth(folder / "truth.json")


def close_all(workspace: Workspace, days: list[date]) -> list[str]:
    """Close every vendor-day, then every day; return what could not be done."""
    problems = [
        problem
        for day in days
        for vendor in workspace.configuration.active_vendors(day)
        if (problem := close_vendor_day(workspace, vendor, day, NOW))
    ]
    for day in days:
        close_whole_day(workspace, day, NOW)
    write_digest(workspace, days[-1], NOW)
    return problems


def compared(workspace: Workspace, truth: Truth, days: list[date]) -> dict[str, Comparison]:
    """Compare what was found with the truth, by kind."""
    with workspace.warehouse.transaction() as connection:
        return {line.what: line for line in compare(connection, truth, days)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_planted_break_is_found_under_its_class_and_nothing_else_is(
    worker: Workspace, tmp_path: Path, seed: int
) -> None:
    """Record by record, on both sides, with pairs that cross midnight."""
    truth = simulated(worker, tmp_path, days=3, cases=1_200, seed=seed, faults=BREAKS)
    days = WEEK[:3]
    assert close_all(worker, days) == []
    found = compared(worker, truth, days)
    classes = {what: line for what, line in found.items() if what.startswith("break:")}
    assert len(classes) == 12
    assert all(line.planted for line in classes.values()), "every class must have been planted"
    assert sum(planted.crosses_midnight for planted in truth.breaks) > 3
    assert [line for line in found.values() if line.is_wrong] == []


def test_broken_exports_block_their_vendor_day_and_nobody_elses(
    worker: Workspace, tmp_path: Path
) -> None:
    """One export is missing, one truncated, one late, one sent again with corrections."""
    truth = simulated(worker, tmp_path, days=6, cases=300, seed=4, faults=EVERYTHING)
    problems = close_all(worker, WEEK)
    assert len(problems) == 2, "the missing and the truncated one"
    found = compared(worker, truth, WEEK)
    exports = [line for what, line in found.items() if what.startswith("export ")]
    assert [(line.planted, line.is_exact) for line in exports] == [(1, True)] * 4
    assert [line for line in found.values() if line.is_wrong] == []
    assert found["vendor's totals differ"].planted == 1
    assert found["vendors' decisions"].is_exact
    assert found["records matched"].is_exact


def test_the_order_in_which_days_are_closed_does_not_matter(
    worker: Workspace, tmp_path: Path
) -> None:
    """Backwards gives the same answers, and a second time changes nothing."""
    simulated(worker, tmp_path, days=3, cases=500, seed=5, faults=BREAKS)
    days = WEEK[:3]
    query = (
        "select table_name, operational_day, vendor, delivered_day, sha256 from lake.partition"
        " where superseded_at is null order by 1, 2, 3, 4"
    )
    versions = "select count(*) as n from lake.partition"
    close_all(worker, days[::-1])
    backwards, before = worker.warehouse.rows(query), worker.warehouse.rows(versions)
    close_all(worker, days)
    assert worker.warehouse.rows(query) == backwards
    assert worker.warehouse.rows(versions) == before
