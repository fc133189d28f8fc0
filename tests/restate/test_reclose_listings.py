"""A vendor that lists its queue: a day starts from the last listing of the day before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from published import rows
from vendor_exports import DAY, VendorFolder, contract, make_enforcement_log, with_vendor

from breakwater.cli.days import close_vendor_day, close_whole_day
from breakwater.restate.reclose import reclose_stale
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def queue(workspace: Workspace) -> Workspace:
    """Open an installation whose vendor lists its queue."""
    make_enforcement_log(workspace.enforcement_log)
    terms = contract(
        source={
            "kind": "folder",
            "uri": "{exports}/acme",
            "pattern": "queue-{at:%Y%m%dT%H%M}.csv",
            "files": "many",
        },
        shape={"kind": "listing", "name_format": "queue-%Y%m%dT%H%M.csv", "state": "folder"},
        columns={"case_id": "case", "item_id": "case"},
        times={"zone": "UTC", "formats": ["%Y-%m-%d"]},
        defaults={"queue": "spam", "decision": "no_action"},
        codes={"decisions": {}, "queues": {}},
        book={"event_types": []},
    )
    return with_vendor(workspace, terms)


def leave(workspace: Workspace, day: date, hour: int, cases: str) -> None:
    """Leave a listing of the cases at an hour."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    lines = ["case,folder", *(f"{case},new" for case in cases)]
    name = f"queue-{at:%Y%m%dT%H%M}.csv"
    VendorFolder.of(workspace).drop("\n".join(lines).encode(), name=name, at=at)


def close(workspace: Workspace, day: date) -> None:
    """Take a day through the stages up to its figures."""
    assert close_vendor_day(workspace, "acme", day, NOON) is None
    close_whole_day(workspace, day, NOON)


def told(workspace: Workspace, day: date) -> set[tuple[str, str]]:
    """Return what happened to which case."""
    return {(row["case_id_vendor"], row["event_type"]) for row in rows(workspace, day=day)}


def test_a_listing_that_comes_late_tells_the_next_day_anew(queue: Workspace) -> None:
    """A was there when both days ended; the late listing says that it had left, and B had come."""
    leave(queue, DAY, 1, "A")
    leave(queue, NEXT, 1, "A")
    close(queue, DAY)
    close(queue, NEXT)
    assert told(queue, NEXT) == set()

    leave(queue, DAY, 2, "B")
    close(queue, DAY)
    assert told(queue, DAY) == {("A", "received"), ("A", "decided"), ("B", "received")}
    with queue.warehouse.transaction() as connection:
        assert NEXT in {mark.day for mark in stale_days(connection)}

    done = reclose_stale(queue, NOON)
    assert (done.problems, NEXT in done.closed) == ([], True)
    assert told(queue, NEXT) == {("A", "received"), ("B", "decided")}
    with queue.warehouse.transaction() as connection:
        assert stale_days(connection) == []
