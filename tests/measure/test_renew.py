"""A day whose neighbour borrowed from it is measured again, and only then."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from closed_days import close_vendor_day

from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import load_truth
from breakwater.measure.close import close_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.workspace import Workspace

FIRST = date(2026, 10, 12)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAYS = [FIRST + timedelta(days=n) for n in range(6)]


def test_a_day_that_lends_over_midnight_is_measured_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Closed in order, the lender is measured before it lends; its figures follow all the same."""
    simulate(
        workspace.configuration,
        first_day=FIRST,
        days=len(DAYS),
        cases_per_day=400,
        seed=8,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=tmp_path / "truth.json",
    )
    truth = load_truth(tmp_path / "truth.json")
    lenders = {(t.vendor, t.day) for t in truth.totals if t.lent_rows and t.day < DAYS[-1]}
    assert lenders, "nothing crosses midnight in this simulation"
    for day in DAYS:
        for vendor in workspace.configuration.active_vendors(day):
            assert close_vendor_day(workspace, vendor, day, NOW) is None
    for day in DAYS:
        assert close_day(workspace, day, NOW).summary["coverage"]["stale"] == []
    for vendor, day in sorted(lenders):
        (fact,) = workspace.warehouse.rows(
            "select cast(sum(numerator) as bigint) as breaks from measure.kpi_fact"
            " where metric = 'break_rate' and vendor = %s and operational_day = %s",
            [vendor, day],
        )
        (tie,) = workspace.warehouse.rows(
            "select breaks from reconcile.tie_out where side = 'vendor' and vendor = %s"
            " and operational_day = %s",
            [vendor, day],
        )
        assert fact["breaks"] == tie["breaks"]


def test_closing_measures_again_what_was_renewed_meanwhile(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A neighbour's reconciliation between our measuring and our closing leaves nobody out."""
    simulate(
        workspace.configuration,
        first_day=FIRST,
        days=len(DAYS),
        cases_per_day=400,
        seed=8,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=tmp_path / "truth.json",
    )
    renewed = 0
    for day in DAYS:
        for vendor in workspace.configuration.active_vendors(day):
            assert close_vendor_day(workspace, vendor, day, NOW) is None
    # Take the borrowings back and claim them anew, as if the neighbours came only now.
    with workspace.warehouse.transaction() as connection:
        connection.execute("delete from reconcile.borrowed_action")
    for day in DAYS:
        for vendor in workspace.configuration.active_vendors(day):
            result = reconcile_day(workspace, vendor, day, NOW)
            renewed += len(result.summary["reconciled_again"])
    assert renewed, "nobody's books were renewed"
    for day in DAYS:
        assert close_day(workspace, day, NOW).summary["coverage"]["stale"] == []
