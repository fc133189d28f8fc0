"""A vendor that lists its queue: a day starts from the last listing of the day before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from closed_days import close_vendor_day
from published import rows
from vendor_exports import DAY, VendorFolder, contract, make_enforcement_log, with_vendor

from breakwater.cli.days import _marks, _settle
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.measure import measure_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day
from breakwater.warehouse.stale import mark_stale, stale_days
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


def stale(workspace: Workspace) -> list[tuple[date, str]]:
    """Return what is marked, and why."""
    with workspace.warehouse.transaction() as connection:
        return [(mark.day, mark.reason) for mark in stale_days(connection)]


def test_a_day_that_was_landed_before_the_day_before_is_landed_anew(queue: Workspace) -> None:
    """A was there already when NEXT began: only nobody had fetched the listing that says so."""
    leave(queue, DAY, 1, "A")
    leave(queue, NEXT, 1, "AB")
    for stage in (fetch_export, land_day):
        stage(queue, "acme", NEXT, NOON)
    assert close_vendor_day(queue, "acme", DAY, NOON) is None
    for stage in (reconcile_day, measure_day):
        stage(queue, "acme", NEXT, NOON)
    close_whole_day(queue, DAY, NOON)
    close_whole_day(queue, NEXT, NOON)
    assert stale(queue) == [(NEXT, "the listing that it starts from")]

    done = reclose_stale(queue, NOON)
    assert (done.closed, done.problems, stale(queue)) == ([NEXT], [], [])
    assert told(queue, NEXT) == {("B", "received")}


def test_a_day_does_not_lose_its_mark_before_it_was_landed_anew(queue: Workspace) -> None:
    """Both days go through every stage once more, the later one before the late listing lands."""
    leave(queue, DAY, 1, "A")
    leave(queue, NEXT, 1, "A")
    close(queue, DAY)
    close(queue, NEXT)
    leave(queue, DAY, 2, "B")
    for stage in (fetch_export, land_day):
        stage(queue, "acme", NEXT, NOON)
    assert close_vendor_day(queue, "acme", DAY, NOON) is None
    for stage in (reconcile_day, measure_day):
        stage(queue, "acme", NEXT, NOON)
    for day in (DAY, NEXT):
        marks = _marks(queue, day)
        close_whole_day(queue, day, NOON)
        _settle(queue, day, marks)
    assert NEXT in {day for day, _ in stale(queue)}

    done = reclose_stale(queue, NOON, days={DAY, NEXT})
    assert (done.problems, stale(queue)) == ([], [])
    assert told(queue, NEXT) == {("A", "received"), ("B", "decided")}


def test_closing_a_range_leaves_marks_of_listings_to_closing_again(queue: Workspace) -> None:
    """What a person corrected in the day before is in no hash: only landing anew reads it."""
    leave(queue, DAY, 1, "A")
    close(queue, DAY)
    with queue.warehouse.transaction() as connection:
        mark_stale(connection, "acme", [DAY], "the day before was corrected", NOON)
    marks = _marks(queue, DAY)
    close_whole_day(queue, DAY, NOON)
    _settle(queue, DAY, marks)
    assert [day for day, _ in stale(queue)] == [DAY]
    assert reclose_stale(queue, NOON).problems == []
    assert stale(queue) == []


def test_a_name_that_no_longer_tells_when_makes_its_follower_stale(queue: Workspace) -> None:
    """Nobody can say which listing is the last: the day is not told from a guess."""
    leave(queue, DAY, 1, "A")
    leave(queue, NEXT, 1, "A")
    close(queue, DAY)
    close(queue, NEXT)
    with queue.warehouse.transaction() as connection:
        connection.execute(
            "update landing.file_ledger set name = 'queue' where operational_day = %s"
            " and book = 'vendor'",
            [DAY],
        )
    close_whole_day(queue, NEXT, NOON)
    assert stale(queue) == [(NEXT, "the listing that it starts from")]
    (problem,) = reclose_stale(queue, NOON).problems
    assert "name" in problem
    assert [day for day, _ in stale(queue)] == [NEXT]
