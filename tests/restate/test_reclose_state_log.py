"""A vendor that tells each change of state: what one day says moves the backlog of later days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from closed_days import close_vendor_day
from vendor_exports import CONTRACT, DAY, VendorFolder, contract, make_enforcement_log, with_vendor

from breakwater.cli.days import _marks, _settle
from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day
from breakwater.warehouse.stale import stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)
KNOWN = ("case_id", "item_id", "queue", "decision")
CAME = "{0},{0},S,,03.11.2026 10:00:00,new"
LEFT = "{0},{0},S,DROP,04.11.2026 10:00:00,done"


@pytest.fixture
def states(workspace: Workspace) -> Workspace:
    """Open an installation whose vendor keeps a log of states; A came on DAY and left on NEXT."""
    make_enforcement_log(workspace.enforcement_log)
    terms = contract(
        shape={
            "kind": "update",
            "at": "at",
            "state": "state",
            "events": {"new": "received", "done": "decided"},
            "history_days": 5,
        },
        columns={name: CONTRACT["columns"][name] for name in KNOWN},
    )
    opened = with_vendor(workspace, terms)
    drop(opened, DAY, CAME.format("A"))
    drop(opened, NEXT, LEFT.format("A"))
    return opened


def drop(workspace: Workspace, day: date, *lines: str, hour: int = 3) -> None:
    """Leave the log of a day on the morning after."""
    content = "\n".join(["case,item,queue,decision,at,state", *lines, ""]).encode()
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(days=1)
    VendorFolder.of(workspace).drop(content, name=f"acme_{day:%Y%m%d}.csv", at=at)


def close(workspace: Workspace, day: date) -> None:
    """Close one day alone, as `breakwater close-days DAY DAY` does."""
    assert close_vendor_day(workspace, "acme", day, NOON) is None
    marks = _marks(workspace, day)
    close_whole_day(workspace, day, NOON)
    _settle(workspace, day, marks)


def backlog(workspace: Workspace, day: date) -> int:
    """Return how many cases a closed day says are open."""
    (row,) = workspace.warehouse.rows(
        "select figures #> '{total,flow,backlog}' as open from measure.day_close"
        " where operational_day = %s",
        [day],
    )
    count: int = row["open"]
    return count


def stale(workspace: Workspace) -> list[tuple[date, str]]:
    """Return what is marked, and why."""
    with workspace.warehouse.transaction() as connection:
        return [(mark.day, mark.reason) for mark in stale_days(connection)]


def test_a_day_that_is_sent_again_makes_the_day_after_stale(states: Workspace) -> None:
    """B came on DAY, too: it is still open when NEXT ends, though nobody closes NEXT again."""
    close(states, DAY)
    close(states, NEXT)
    assert (stale(states), backlog(states, NEXT)) == ([], 0)
    drop(states, DAY, CAME.format("A"), CAME.format("B"), hour=4)
    close(states, DAY)
    assert stale(states) == [(NEXT, f"what is known of {DAY.isoformat()} changed")]
    done = reclose_stale(states, NOON)
    assert (done.closed, done.problems, stale(states)) == ([NEXT], [], [])
    assert backlog(states, NEXT) == 1


def test_a_day_that_is_sent_after_the_next_was_closed_makes_it_stale(states: Workspace) -> None:
    """NEXT was read from nothing before it."""
    drop(states, DAY, CAME.format("A"), CAME.format("B"))
    close(states, NEXT)
    assert backlog(states, NEXT) == 0
    close(states, DAY)
    assert [day for day, _ in stale(states)] == [NEXT]
    reclose_stale(states, NOON)
    assert (backlog(states, NEXT), stale(states)) == (1, [])


def test_a_day_that_says_the_same_again_marks_nobody(states: Workspace) -> None:
    """Nor does a day mark one that looks back less far than to it."""
    close(states, DAY)
    close(states, NEXT)
    close(states, DAY)
    assert stale(states) == []
    far = DAY - timedelta(days=5)
    drop(states, far, "Z,Z,S,,29.10.2026 10:00:00,new")
    close(states, far)
    assert [day for day, _ in stale(states)] == [DAY]
