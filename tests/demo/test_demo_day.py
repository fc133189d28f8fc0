"""The planted breaks are found under their class, and nothing else is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from closed_days import close_vendor_day

from breakwater.core.days import days_between
from breakwater.demo.found import Comparison, compare
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import Truth, load_truth
from breakwater.restate.silently import close_whole_day, write_digest
from breakwater.warehouse.workspace import Workspace

FIRST_DAY = date(
    2026, 10, 12
)  # the zones of Riga and Casablanca change their clocks in this stretch
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def simulated(workspace: Workspace, folder: Path, *, days: int, cases: int, seed: int) -> Truth:
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
    workspace: Workspace, tmp_path: Path, seed: int
) -> None:
    """Record by record, on both sides, with pairs that cross midnight."""
    truth = simulated(workspace, tmp_path, days=6, cases=600, seed=seed)
    days = days_between(FIRST_DAY, FIRST_DAY + timedelta(days=5))
    assert close_all(workspace, days) == []
    found = compared(workspace, truth, days)
    classes = {what: line for what, line in found.items() if what.startswith("break:")}
    assert len(classes) == 12
    assert all(line.planted for line in classes.values()), "every class must have been planted"
    assert any(planted.crosses_midnight for planted in truth.breaks)
    assert [line for line in found.values() if line.is_wrong] == []


def test_broken_exports_block_their_vendor_day_and_nobody_elses(
    workspace: Workspace, tmp_path: Path
) -> None:
    """One export is missing, one truncated, one late, one sent again with corrections."""
    truth = simulated(workspace, tmp_path, days=15, cases=300, seed=4)
    days = days_between(FIRST_DAY, FIRST_DAY + timedelta(days=14))
    problems = close_all(workspace, days)
    assert len(problems) == 2, "the missing and the truncated one"
    found = compared(workspace, truth, days)
    exports = [line for what, line in found.items() if what.startswith("export ")]
    assert [(line.planted, line.is_exact) for line in exports] == [(1, True)] * 4
    assert [line for line in found.values() if line.is_wrong] == []
    assert found["vendor's totals differ"].planted == 1
    assert found["vendors' decisions"].is_exact
    assert found["records matched"].is_exact


def test_the_order_in_which_days_are_closed_does_not_matter(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Backwards gives the same answers, and a second time changes nothing."""
    simulated(workspace, tmp_path, days=4, cases=500, seed=5)
    days = days_between(FIRST_DAY, FIRST_DAY + timedelta(days=3))
    query = (
        "select table_name, operational_day, vendor, delivered_day, sha256 from lake.partition"
        " where superseded_at is null order by 1, 2, 3, 4"
    )
    close_all(workspace, days[::-1])
    backwards = workspace.warehouse.rows(query)
    close_all(workspace, days)
    assert workspace.warehouse.rows(query) == backwards
    versions = "select count(*) as n from lake.partition"
    before = workspace.warehouse.rows(versions)
    close_all(workspace, days)
    assert workspace.warehouse.rows(versions) == before
