"""Reports of a week, executed with the real stages, in this process."""

from datetime import date

import pytest
from one_day import fresh_dagbag, run_close_day, simulate_day

from breakwater.core.period import Period
from breakwater.report.digest import render_digest
from breakwater.warehouse.workspace import Workspace

pytestmark = pytest.mark.usefixtures("metadata")


def test_a_week_that_tells_nobody_is_written_and_asks_nobody(
    installation: Workspace, recent_day: date
) -> None:
    """By hand and without *Tell people*: editions for everybody, no message, no approval."""
    simulate_day(installation, recent_day)
    run_close_day(operational_day=recent_day.isoformat())
    year, week, _ = recent_day.isocalendar()
    name = f"{year}-W{week:02}"
    ended = fresh_dagbag().dags["report_week"].test(run_conf={"period": name})
    states = {ti.task_id: str(ti.state) for ti in ended.get_task_instances()}
    assert states == {
        "write_report": "success",
        "may_tell": "success",
        "approve_scorecards": "skipped",
        "send_scorecards": "skipped",
    }
    assert installation.warehouse.rows("select 1 from notify.outbox") == []
    text = str(render_digest(installation, Period.parse(name), "vendor_andeska", 1, "text"))
    assert f"Week {week}, " in text
    assert "Not in the numbers: your export on" in text
