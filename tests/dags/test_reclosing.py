"""Every run closes stale days again, and keeps the colour of its own day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from closed_days import close_vendor_day
from one_day import run_close_day, simulate_day

from breakwater.restate.silently import close_whole_day
from breakwater.warehouse.stale import mark_stale, stale_days
from breakwater.warehouse.workspace import Workspace

pytestmark = pytest.mark.usefixtures("metadata")


def marks(workspace: Workspace) -> list[tuple[date, str]]:
    """Return what is stale."""
    with workspace.warehouse.transaction() as connection:
        return [(mark.day, mark.vendor) for mark in stale_days(connection)]


def mark(workspace: Workspace, vendor: str, day: date, at: datetime) -> None:
    """Say that a vendor's part of a closed day is out of date."""
    with workspace.warehouse.transaction() as connection:
        assert mark_stale(connection, vendor, [day], "late records", at) == (day,)


def test_stale_days_are_closed_again_whatever_becomes_of_the_runs_own(
    installation: Workspace, recent_day: date
) -> None:
    """The run's own exports never came, and it ends red; the stale day is closed all the same."""
    at = datetime.combine(recent_day + timedelta(days=2), datetime.min.time(), UTC)
    simulate_day(installation, recent_day)
    for vendor in installation.configuration.active_vendors(recent_day):
        assert close_vendor_day(installation, vendor, recent_day, at) is None
    close_whole_day(installation, recent_day, at)
    mark(installation, "pearlline", recent_day, at)
    before = (recent_day - timedelta(days=1)).isoformat()
    ended = run_close_day(operational_day=before, notify=False)
    assert ended.state == "failed"
    assert ended.tasks["reclose_stale"] == "success"
    assert marks(installation) == []


def test_a_day_that_stays_stale_does_not_turn_another_days_run_red(
    installation: Workspace, recent_day: date
) -> None:
    """Its own square is red; the run's day was closed and told."""
    simulate_day(installation, recent_day)
    conf = {"operational_day": recent_day.isoformat(), "notify": False}
    assert run_close_day(**conf).state == "success"
    at = datetime.combine(recent_day + timedelta(days=2), datetime.min.time(), UTC)
    with installation.warehouse.transaction() as connection:
        # Landed, and then its contract was taken away: nothing can be reconciled.
        connection.execute(
            "insert into operations.stage_run values (%s, 'gone_for_good', 'land', '', '', '{}', %s)",
            [recent_day, at],
        )
    mark(installation, "gone_for_good", recent_day, at)
    ended = run_close_day(**conf)
    assert ended.state == "success"
    assert ended.of("failed") == {"reclose_stale"}
    assert marks(installation) == [(recent_day, "gone_for_good")]
