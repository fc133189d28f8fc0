"""What a vendor states of its day is what its export has, but for the day on which it is planted not to be."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from closed_days import close_vendor_day

from breakwater.core.days import days_between
from breakwater.demo.simulator.faults import MINIMUM_DAYS
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import load_truth
from breakwater.warehouse.workspace import Workspace

FIRST_DAY = date(2026, 10, 12)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
VENDOR = "dekkan"


def test_one_day_states_more_than_its_export_has(workspace: Workspace, tmp_path: Path) -> None:
    """Of two days the first ties out to the case, and the second is off by what was planted."""
    simulate(
        workspace.configuration,
        first_day=FIRST_DAY,
        days=MINIMUM_DAYS,
        cases_per_day=200,
        seed=4,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=tmp_path / "truth.json",
    )
    last = FIRST_DAY + timedelta(days=MINIMUM_DAYS - 1)
    days = days_between(last - timedelta(days=1), last)
    assert [close_vendor_day(workspace, VENDOR, day, NOW) for day in days] == [None, None]
    (planted,) = load_truth(tmp_path / "truth.json").misstated_totals
    assert (planted.vendor, planted.day) == (VENDOR, last)
    assert planted.stated > planted.exported
    found = workspace.warehouse.rows(
        "select operational_day as day, name, stated, measured from measure.vendor_total order by 1"
    )
    assert [row["stated"] - row["measured"] for row in found] == [
        0,
        planted.stated - planted.exported,
    ]
    assert (found[1]["name"], found[1]["measured"]) == (planted.name, planted.exported)
