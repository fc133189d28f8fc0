"""The Dag executed for one day, with the real stages, in this process."""

from datetime import date
from pathlib import Path

import pytest
from one_day import open_channels, run_close_day, simulate_day

from breakwater.demo.simulator.faults import ExportFault
from breakwater.warehouse.workspace import Workspace

pytestmark = pytest.mark.usefixtures("metadata")

VENDORS = ["andeska", "baltica", "dekkan", "karavan", "pearlline"]
PER_VENDOR = ["fetch", "land", "reconcile", "measure"]


def test_a_day_is_closed_and_people_are_told_once(
    installation: Workspace,
    recent_day: date,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A manual run that may tell people, then the same again: no message goes out twice."""
    simulate_day(installation, recent_day)
    conf = {"operational_day": recent_day.isoformat(), "notify": True}
    with open_channels(tmp_path, monkeypatch) as (room, store):
        first = run_close_day(**conf)
        assert first.state == "success"
        assert {f"vendors.{task}[{v}]" for task in PER_VENDOR for v in VENDORS} <= set(first.tasks)
        assert first.of("success") == set(first.tasks)
        told = sum(map(len, room.channels.values())), len(store.received)
        assert min(told) > 0

        assert run_close_day(**conf).state == "success"
        assert (sum(map(len, room.channels.values())), len(store.received)) == told

    (closed,) = installation.warehouse.rows(
        "select vendors_reported from measure.day_close where operational_day = %s", [recent_day]
    )
    assert sorted(closed["vendors_reported"]) == VENDORS
    outbox = installation.warehouse.rows("select distinct state from notify.outbox")
    assert [row["state"] for row in outbox] == ["sent"]


def test_a_missing_export_stops_its_vendor_alone_and_turns_the_run_red(
    installation: Workspace, recent_day: date
) -> None:
    """The day is closed without it, its absence is a finding, and a silent run tells nobody."""
    simulate_day(installation, recent_day, ExportFault("missing", "karavan", recent_day))
    ended = run_close_day(operational_day=recent_day.isoformat())
    assert ended.state == "failed"
    assert ended.of("failed") == {"vendors.fetch[karavan]", "every_vendor_reported"}
    never_ran = VENDORS.index("karavan")  # Airflow names an instance only when it runs
    assert ended.of("upstream_failed") == {
        f"vendors.{task}[{never_ran}]" for task in PER_VENDOR if task != "fetch"
    }
    assert {"close", "detect", "notify", "digest"} <= ended.of("success")
    findings = installation.warehouse.rows(
        "select vendor from operations.finding where rule = 'ExportMissing'"
    )
    assert [row["vendor"] for row in findings] == ["karavan"]
    # The two red tasks say nothing that this finding does not.
    failed = installation.warehouse.rows(
        "select 1 from operations.finding where rule = 'DagFailed'"
    )
    assert failed == []
    editions = installation.warehouse.rows("select 1 from report.edition")
    assert editions
    assert installation.warehouse.rows("select 1 from notify.outbox") == []


def test_a_run_for_some_vendors_leaves_the_others_alone(
    installation: Workspace, recent_day: date
) -> None:
    """The `vendors` parameter names who is fetched; the day is closed with what is there."""
    simulate_day(installation, recent_day)
    ended = run_close_day(operational_day=recent_day.isoformat(), vendors=["dekkan"])
    assert ended.state == "success"
    mapped = {name for name in ended.tasks if name.startswith("vendors.")}
    assert mapped == {f"vendors.{task}[dekkan]" for task in PER_VENDOR}


@pytest.mark.parametrize("conf", [{}, {"operational_day": "2026-11-20", "vendors": ["nobody"]}])
def test_a_run_that_cannot_know_its_vendors_does_nothing_and_ends_red(
    installation: Workspace, conf: dict[str, object]
) -> None:
    """No day, or a vendor without a contract: nothing is closed, nobody is told."""
    ended = run_close_day(**conf)
    assert ended.state == "failed"
    assert ended.of("failed") == {"list_vendors", "every_vendor_reported"}
    assert ended.of("success") == set()
    assert installation.warehouse.rows("select 1 from measure.day_close") == []
