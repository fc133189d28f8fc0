"""A day whose neighbour borrowed from it is measured again, and only then."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from closed_days import close_vendor_day

from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import load_truth
from breakwater.measure.close import close_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.workspace import Workspace

FIRST = date(2026, 10, 12)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAYS = [FIRST + timedelta(days=n) for n in range(3)]
MIDNIGHTS = FaultPlan(crossing_every_days=2)
"""Few days, and yet each vendor has pairs on either side of a midnight."""


def test_a_day_that_lends_over_midnight_is_measured_again(
    worker: Workspace, tmp_path: Path
) -> None:
    """Closed in order, the lender is measured before it lends; its figures follow all the same."""
    simulate(
        worker.configuration,
        first_day=FIRST,
        days=len(DAYS),
        cases_per_day=400,
        seed=8,
        out=worker.exports,
        enforcement_log=worker.enforcement_log,
        truth_file=tmp_path / "truth.json",
        faults=MIDNIGHTS,
    )
    truth = load_truth(tmp_path / "truth.json")
    lenders = {(t.vendor, t.day) for t in truth.totals if t.lent_rows and t.day < DAYS[-1]}
    assert len(lenders) > 1, "nothing crosses midnight in this simulation"
    for day in DAYS:
        for vendor in worker.configuration.active_vendors(day):
            assert close_vendor_day(worker, vendor, day, NOW) is None
    for day in DAYS:
        assert close_day(worker, day, NOW).summary["coverage"]["stale"] == []
    for vendor, day in sorted(lenders):
        (fact,) = worker.warehouse.rows(
            "select cast(sum(numerator) as bigint) as breaks from measure.kpi_fact"
            " where metric = 'break_rate' and vendor = %s and operational_day = %s",
            [vendor, day],
        )
        (tie,) = worker.warehouse.rows(
            "select breaks from reconcile.tie_out where side = 'vendor' and vendor = %s"
            " and operational_day = %s",
            [vendor, day],
        )
        assert fact["breaks"] == tie["breaks"]


def test_closing_measures_again_what_was_renewed_meanwhile(
    worker: Workspace, tmp_path: Path
) -> None:
    """A neighbour's reconciliation between our measuring and our closing leaves nobody out."""
    simulate(
        worker.configuration,
        first_day=FIRST,
        days=len(DAYS),
        cases_per_day=400,
        seed=8,
        out=worker.exports,
        enforcement_log=worker.enforcement_log,
        truth_file=tmp_path / "truth.json",
        faults=MIDNIGHTS,
    )
    renewed = 0
    for day in DAYS:
        for vendor in worker.configuration.active_vendors(day):
            assert close_vendor_day(worker, vendor, day, NOW) is None
    # Take the borrowings back and claim them anew, as if the neighbours came only now.
    with worker.warehouse.transaction() as connection:
        connection.execute("delete from reconcile.borrowed_action")
    for day in DAYS:
        for vendor in worker.configuration.active_vendors(day):
            result = reconcile_day(worker, vendor, day, NOW)
            renewed += len(result.summary["reconciled_again"])
    assert renewed, "nobody's books were renewed"
    for day in DAYS:
        assert close_day(worker, day, NOW).summary["coverage"]["stale"] == []
