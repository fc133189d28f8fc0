"""Yesterday's bytes under today's name: the order of fetching must not decide what they say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from closed_days import close_vendor_day
from vendor_exports import (
    DAY,
    VendorFolder,
    as_csv,
    contract,
    make_enforcement_log,
    rows_of,
    with_vendor,
)

from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def acme(workspace: Workspace) -> Workspace:
    """Open an installation whose vendor sends one file under the names of two days."""
    make_enforcement_log(workspace.enforcement_log)
    opened = with_vendor(workspace, contract())
    for day in (DAY, NEXT):
        drop(opened, day, {}, hour=3)
    return opened


def drop(workspace: Workspace, day: date, row: dict[str, str], *, hour: int) -> None:
    """Leave a day's export on the morning after."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(days=1)
    content = as_csv(rows_of(row))
    VendorFolder.of(workspace).drop(content, name=f"acme_{day:%Y%m%d}.csv", at=at)


def stale(workspace: Workspace) -> list[tuple[date, str]]:
    """Return what is marked, and why."""
    with workspace.warehouse.transaction() as connection:
        return [(mark.day, mark.reason) for mark in stale_days(connection)]


def reported(workspace: Workspace) -> dict[date, list[str]]:
    """Return who is part of the figures of each closed day."""
    rows = workspace.warehouse.rows(
        "select operational_day as day, vendors_reported from measure.day_close"
    )
    return {row["day"]: row["vendors_reported"] for row in rows}


@pytest.mark.parametrize("is_closed_first", [False, True])
def test_the_day_that_was_fetched_first_does_not_count_as_reported(
    acme: Workspace, *, is_closed_first: bool
) -> None:
    """Closed before the other day is known, or after: NEXT is stale until its own file comes."""
    assert close_vendor_day(acme, "acme", NEXT, NOON) is None
    if is_closed_first:
        close_whole_day(acme, NEXT, NOON)
    assert close_vendor_day(acme, "acme", DAY, NOON) is None
    close_whole_day(acme, DAY, NOON)
    if not is_closed_first:
        close_whole_day(acme, NEXT, NOON)
    assert stale(acme) == [(NEXT, f"its file was delivered for {DAY.isoformat()} before")]

    (problem,) = reclose_stale(acme, NOON).problems
    assert "there is nothing to land" in problem
    assert reported(acme) == {DAY: ["acme"], NEXT: []}
    assert [day for day, _ in stale(acme)] == [NEXT]

    own = {"received": "04.11.2026 09:00:00", "decided": "04.11.2026 09:12:00"}
    drop(acme, NEXT, own | {"queued": "", "assigned": ""}, hour=4)
    assert close_vendor_day(acme, "acme", NEXT, NOON) is None
    done = reclose_stale(acme, NOON)
    assert (done.problems, stale(acme)) == ([], [])
    assert reported(acme) == {DAY: ["acme"], NEXT: ["acme"]}


def test_a_newer_file_that_was_not_landed_leaves_its_day_reported(acme: Workspace) -> None:
    """What landed stands until the newer one has been landed in its turn."""
    assert close_vendor_day(acme, "acme", DAY, NOON) is None
    VendorFolder.of(acme).drop(b"not, what\nwas agreed", at=NOON)
    assert close_vendor_day(acme, "acme", DAY, NOON) is not None
    close_whole_day(acme, DAY, NOON)
    assert (reported(acme), stale(acme)) == ({DAY: ["acme"]}, [])
