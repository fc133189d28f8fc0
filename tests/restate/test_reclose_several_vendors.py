"""Two vendors of a stale day: what fails for one is neither the other's fault nor told twice."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from closed_days import close_vendor_day
from vendor_exports import (
    DAY,
    ON_TIME,
    VendorFolder,
    as_csv,
    contract,
    make_enforcement_log,
    rows_of,
)

from breakwater.core.errors import BreakwaterError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.restate import reclose, silently
from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day
from breakwater.warehouse.stale import mark_stale, stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
MORNING = datetime(2026, 11, 4, 8, tzinfo=UTC)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
VENDORS = ("acme", "bond")
PLANTED = "the words of a vendor"


def drop(workspace: Workspace, vendor: str, cases: int) -> None:
    """Leave a vendor's export of so many cases."""
    folder = VendorFolder.of(workspace).path.parent / vendor
    folder.mkdir(exist_ok=True)
    VendorFolder(folder).drop(
        as_csv(rows_of(*({"item": f"I-{n}"} for n in range(cases)))),
        name=f"{vendor}_{DAY:%Y%m%d}.csv",
        at=ON_TIME,
    )


@pytest.fixture
def both(workspace: Workspace) -> Workspace:
    """Close a day of two vendors, who both send it again then: one case more, and two."""
    make_enforcement_log(workspace.enforcement_log)
    source = {"kind": "folder", "uri": "{exports}/bond", "pattern": "bond_{day:%Y%m%d}*"}
    vendors = {"acme": contract(), "bond": contract(vendor="bond", source=source)}
    configuration = dataclasses.replace(workspace.configuration, vendors=vendors)
    opened = dataclasses.replace(workspace, configuration=configuration)
    for vendor in VENDORS:
        drop(opened, vendor, 1)
        assert close_vendor_day(opened, vendor, DAY, MORNING) is None
    close_whole_day(opened, DAY, MORNING)
    for cases, vendor in enumerate(VENDORS, start=2):
        drop(opened, vendor, cases)
        fetch_export(opened, vendor, DAY, MORNING)
        land_day(opened, vendor, DAY, MORNING)
    return opened


def failing_for(monkeypatch: pytest.MonkeyPatch, vendor: str, error: Exception) -> None:
    """Let a vendor's reconciliation fail."""
    reconcile_day = reclose.reconcile_day

    def reconciling(workspace: Workspace, name: str, day: date, now: datetime) -> object:
        if name == vendor:
            raise error
        return reconcile_day(workspace, name, day, now)

    monkeypatch.setattr(reclose, "reconcile_day", reconciling)


def restatements(workspace: Workspace) -> list[dict[str, Any]]:
    """Return what was kept of days that were closed again."""
    return workspace.warehouse.rows("select * from measure.restatement order by restatement_id")


def stale(workspace: Workspace) -> list[tuple[date, str]]:
    """Return what is marked."""
    with workspace.warehouse.transaction() as connection:
        return [(mark.day, mark.vendor) for mark in stale_days(connection)]


def test_a_vendor_that_follows_later_tells_only_what_it_moves_itself(
    both: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each restatement goes on where the one before it ended."""
    with monkeypatch.context() as patch:
        failing_for(patch, "bond", BreakwaterError("not now"))
        assert reclose_stale(both, NOON).problems == ["not now"]
    assert stale(both) == [(DAY, "bond")]
    assert reclose_stale(both, NOON).problems == []
    first, second = restatements(both)
    assert (first["vendors"], second["vendors"]) == (["acme"], ["bond"])
    assert first["difference"]["acme"]["flow/total_solved"]["change"] == 1
    assert second["before"] == first["after"]
    assert "acme" not in second["difference"]
    assert second["after"]["total"]["flow"]["total_solved"] == 5


def test_an_error_that_nobody_foresaw_keeps_no_other_vendor_waiting(
    both: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The other vendor is closed; the log says where it arose, and nobody repeats its words."""
    failing_for(monkeypatch, "acme", RuntimeError(PLANTED))
    done = reclose_stale(both, NOON)
    assert done.closed == [DAY]
    (problem,) = done.problems
    assert "acme 2026-11-03" in problem
    assert "RuntimeError" in problem
    assert stale(both) == [(DAY, "acme")]
    assert "in reconciling" in caplog.text
    assert PLANTED not in problem + caplog.text


def test_an_error_that_nobody_foresaw_keeps_no_other_day_waiting(
    both: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The day that cannot be closed stays stale."""
    close_whole_day(both, NEXT, MORNING)
    with both.warehouse.transaction() as connection:
        assert mark_stale(connection, "acme", [NEXT], "another file", NOON) == (NEXT,)
    close_day = silently.close_day

    def closing(workspace: Workspace, day: date, now: datetime) -> None:
        if day == DAY:
            raise KeyError(PLANTED)
        close_day(workspace, day, now)

    monkeypatch.setattr(silently, "close_day", closing)
    monkeypatch.setattr(reclose, "_bring_up_to_date", lambda *_: None)
    done = reclose_stale(both, NOON)
    assert done.closed == [NEXT]
    (problem,) = done.problems
    assert "2026-11-03" in problem
    assert "KeyError" in problem
    assert PLANTED not in problem + caplog.text
    assert stale(both) == [(DAY, "acme"), (DAY, "bond")]
