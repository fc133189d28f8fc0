"""A late file's story: the day it is about is closed again, says what changed, and pages nobody."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from closed_days import close_vendor_day
from vendor_exports import (
    CONTRACT,
    DAY,
    VendorFolder,
    as_csv,
    contract,
    log_action,
    make_enforcement_log,
    rows_of,
    with_vendor,
)

from breakwater.core.errors import BreakwaterError, TieOutError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.report.digest import render_digest
from breakwater.restate import reclose, silently
from breakwater.restate.reclose import reclose_stale
from breakwater.restate.silently import close_whole_day, write_digest
from breakwater.warehouse.stale import mark_stale, stale_days
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
MORNING = datetime(2026, 11, 4, 8, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 5, 8, tzinfo=UTC)
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
TOLD = (
    "select count(*) as messages from notify.outbox",
    "select distinct run_type from notify.incident_transition order by 1",
)


def times(day: date, hour: int) -> dict[str, str]:
    """Return the instants of a case that was decided on a day."""
    spelled = f"{day:%d.%m.%Y} {hour:02}:"
    return {
        "received": f"{spelled}00:00",
        "queued": f"{spelled}00:05",
        "assigned": f"{spelled}10:00",
        "decided": f"{spelled}12:00",
    }


def drop(folder: VendorFolder, day: date, *rows: dict[str, str]) -> None:
    """Leave a day's export, in time."""
    folder.drop(
        as_csv(rows_of(*rows)),
        name=f"acme_{day:%Y%m%d}.csv",
        at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1),
    )


def close(workspace: Workspace, day: date, at: datetime) -> None:
    """Close a day as `breakwater close-days` does."""
    assert close_vendor_day(workspace, "acme", day, at) is None
    close_whole_day(workspace, day, at)
    write_digest(workspace, day, at)


def figures(workspace: Workspace, day: date = DAY) -> dict[str, Any]:
    """Return the sums of a closed day."""
    (row,) = workspace.warehouse.rows(
        "select figures -> 'total' as total from measure.day_close where operational_day = %s",
        [day],
    )
    total: dict[str, Any] = row["total"]
    return total


def editions(workspace: Workspace) -> list[tuple[date, int]]:
    """Return the editions of the digest that operations reads."""
    rows = workspace.warehouse.rows(
        "select operational_day, edition from report.edition where audience = 'ops' order by 1, 2"
    )
    return [(row["operational_day"], row["edition"]) for row in rows]


def restatements(workspace: Workspace) -> list[dict[str, Any]]:
    """Return what was kept of days that were closed again."""
    return workspace.warehouse.rows("select * from measure.restatement order by restatement_id")


@pytest.fixture
def acme(workspace: Workspace) -> Workspace:
    """Two cases of one day, one of them decided otherwise than by us; three more actions of ours."""
    make_enforcement_log(workspace.enforcement_log)
    opened = with_vendor(workspace, contract())
    for n, hour in ((1, 9), (2, 9), (3, 10), (4, 11), (6, 12)):
        log_action(
            opened.enforcement_log,
            f"A-{n}",
            f"{DAY.isoformat()} {hour:02}:12:00+02",
            vendor_reference=f"C-{n}",
            item_id=f"I-{n}",
        )
    drop(
        VendorFolder.of(opened),
        DAY,
        times(DAY, 9) | {"item": "I-1"},
        times(DAY, 9) | {"item": "I-2", "decision": "KEEP"},
    )
    close(opened, DAY, MORNING)
    return opened


@pytest.fixture
def restated(acme: Workspace) -> Workspace:
    """The next day's export brings three late cases and one correction of the day before."""
    drop(
        VendorFolder.of(acme),
        NEXT,
        times(DAY, 9) | {"case": "C-2", "item": "I-2"},
        times(DAY, 10) | {"case": "C-3", "item": "I-3"},
        times(DAY, 11) | {"case": "C-4", "item": "I-4"},
        times(DAY, 12) | {"case": "C-6", "item": "I-6"},
        times(NEXT, 9) | {"case": "C-5", "item": "I-5"},
    )
    close(acme, NEXT, NEXT_MORNING)
    return acme


def test_late_records_close_their_day_again(restated: Workspace) -> None:
    """The figures follow, what they were is kept, and the next edition says what moved."""
    assert figures(restated)["flow"]["total_solved"] == 2
    done = reclose_stale(restated, NOON)
    assert (done.closed, done.problems) == ([DAY], [])
    assert figures(restated)["flow"]["total_solved"] == 5
    (kept,) = restatements(restated)
    assert (kept["operational_day"], kept["vendors"]) == (DAY, ["acme"])
    assert kept["before"]["total"]["flow"]["total_solved"] == 2
    assert kept["after"]["total"]["flow"]["total_solved"] == 5
    moved = kept["difference"]["acme"]
    assert moved["flow/total_solved"] == {"before": 2, "after": 5, "change": 3}
    assert moved["outcomes/internal/missing_vendor"] == {"before": 3, "after": 0, "change": -3}
    assert moved["outcomes/vendor/decision_mismatch"] == {"before": 1, "after": 0, "change": -1}
    assert NEXT.isoformat() in kept["reasons"]["acme"]
    assert editions(restated) == [(DAY, 1), (DAY, 2), (NEXT, 1)]
    page = str(render_digest(restated, DAY, "ops", 2, "text"))
    assert "restated since edition 1" in page.lower()


def test_nobody_is_paged_for_a_day_closed_again(restated: Workspace) -> None:
    """What changed is in the history of incidents, under the type of a backfill."""
    reclose_stale(restated, NOON)
    told, types = (restated.warehouse.rows(query) for query in TOLD)
    assert told == [{"messages": 0}]
    assert types == [{"run_type": "backfill"}]


def test_a_second_run_changes_nothing(restated: Workspace) -> None:
    """No mark, no restatement, no edition, no stage that did anything."""
    reclose_stale(restated, NOON)
    query = "select * from operations.stage_run order by operational_day, vendor, stage"
    before = (restated.warehouse.rows(query), restatements(restated), editions(restated))
    done = reclose_stale(restated, NOON + timedelta(hours=1))
    assert (done.closed, done.restated, done.problems) == ([], [], [])
    after = (restated.warehouse.rows(query), restatements(restated), editions(restated))
    assert after == before


def test_a_killed_closing_loses_nothing_of_what_was_said_before(
    restated: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the new figures and before the marks were taken away."""
    with monkeypatch.context() as patch:
        patch.setattr(silently, "publish_digest", _killed)
        with pytest.raises(KeyboardInterrupt):
            reclose_stale(restated, NOON)
    assert figures(restated)["flow"]["total_solved"] == 5
    assert restatements(restated) == []
    reclose_stale(restated, NOON)
    (kept,) = restatements(restated)
    assert kept["before"]["total"]["flow"]["total_solved"] == 2
    assert editions(restated) == [(DAY, 1), (DAY, 2), (NEXT, 1)]


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_mark_set_during_the_closing_is_closed_in_turn(
    restated: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have come after the reading: the day is closed once more."""
    closings = []
    close_day = silently.close_day

    def closing(workspace: Workspace, day: date, now: datetime) -> None:
        closings.append(day)
        if len(closings) == 1:
            with workspace.warehouse.transaction() as connection:
                mark_stale(connection, "acme", [DAY], "another file", now)
        close_day(workspace, day, now)

    monkeypatch.setattr(silently, "close_day", closing)
    done = reclose_stale(restated, NOON)
    assert (closings, done.closed) == ([DAY, DAY], [DAY])
    assert marks(restated) == []


def test_a_day_that_cannot_be_closed_stays_stale_and_keeps_no_other_waiting(
    restated: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its problem is said once; the other days are closed."""
    with restated.warehouse.transaction() as connection:
        mark_stale(connection, "acme", [NEXT], "another file", NOON)
    close_day = silently.close_day

    def closing(workspace: Workspace, day: date, now: datetime) -> None:
        if day == DAY:
            raise TieOutError(*("acme", day, "the day does not tie out"), expected="4", found="3")
        close_day(workspace, day, now)

    monkeypatch.setattr(silently, "close_day", closing)
    done = reclose_stale(restated, NOON)
    assert done.closed == [NEXT]
    (problem,) = done.problems
    assert "does not tie out" in problem
    assert marks(restated) == [DAY]


def test_a_vendor_that_cannot_be_brought_up_to_date_keeps_its_mark(
    restated: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day is closed for the others all the same."""

    def failing(*_: object) -> None:
        message = "the engine is out of memory"
        raise BreakwaterError(message)

    monkeypatch.setattr(reclose, "reconcile_day", failing)
    done = reclose_stale(restated, NOON)
    assert done.problems == ["the engine is out of memory"]
    assert marks(restated) == [DAY]
    assert restatements(restated) == []


def test_only_what_was_asked_for_is_closed_again(restated: Workspace) -> None:
    """Another vendor's or another day's marks stay."""
    assert reclose_stale(restated, NOON, vendor="other").closed == []
    assert reclose_stale(restated, NOON, days=[NEXT]).closed == []
    assert marks(restated) == [DAY]


def test_rows_that_land_while_their_day_is_closed_make_it_stale(acme: Workspace) -> None:
    """Between measuring and closing: the vendor is left out, and the day is closed again."""
    drop(
        VendorFolder.of(acme),
        DAY,
        *(times(DAY, 9) | {"item": f"I-{n}"} for n in (1, 2, 3)),
    )
    land_again(acme, DAY)
    close_whole_day(acme, DAY, NEXT_MORNING)
    assert marks(acme) == [DAY]
    done = reclose_stale(acme, NOON)
    assert done.closed == [DAY]
    assert figures(acme)["flow"]["total_solved"] == 3
    assert json.dumps(done.to_dict())
    assert marks(acme) == []


def marks(workspace: Workspace) -> list[date]:
    """Return the days that are stale."""
    with workspace.warehouse.transaction() as connection:
        return [mark.day for mark in stale_days(connection)]


def test_a_snapshot_takes_away_what_it_no_longer_holds(acme: Workspace) -> None:
    """The vendor deletes a case and sends the day again: it is gone from every figure."""
    drop(VendorFolder.of(acme), DAY, times(DAY, 9) | {"item": "I-1"})
    land_again(acme, DAY)
    assert marks(acme) == [DAY]
    reclose_stale(acme, NOON)
    assert figures(acme)["flow"]["total_solved"] == 1
    (kept,) = restatements(acme)
    moved = kept["difference"]["acme"]
    assert moved["flow/total_solved"] == {"before": 2, "after": 1, "change": -1}
    assert moved["outcomes/internal/missing_vendor"] == {"before": 3, "after": 4, "change": 1}


def test_an_increment_leaves_what_it_does_not_hold(acme: Workspace) -> None:
    """One record in another version replaces its own and no other."""
    terms = contract(delivery=CONTRACT["delivery"] | {"content": "increment"})
    growing = with_vendor(acme, terms)
    drop(VendorFolder.of(growing), DAY, times(DAY, 9) | {"case": "C-2", "item": "I-2"})
    land_again(growing, DAY)
    reclose_stale(growing, NOON)
    assert figures(growing)["flow"]["total_solved"] == 2
    (kept,) = restatements(growing)
    mismatch = kept["difference"]["acme"]["outcomes/vendor/decision_mismatch"]
    assert mismatch == {"before": 1, "after": 0, "change": -1}


def test_late_records_that_are_taken_back_close_the_day_once_more(restated: Workspace) -> None:
    """The next day's export comes in another version, without them: the day is as it was."""
    before = figures(restated)
    reclose_stale(restated, NOON)
    drop(VendorFolder.of(restated), NEXT, times(NEXT, 9) | {"case": "C-5", "item": "I-5"})
    land_again(restated, NEXT)
    assert marks(restated) == [DAY, NEXT]
    done = reclose_stale(restated, NOON + timedelta(hours=1))
    assert done.closed == [DAY, NEXT]
    assert figures(restated) == before
    assert [row["operational_day"] for row in restatements(restated)] == [DAY, DAY]
    assert editions(restated)[:3] == [(DAY, 1), (DAY, 2), (DAY, 3)]


def test_a_run_that_did_everything_itself_only_keeps_what_moved(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own day, landed and closed anew: nothing is reconciled or measured a second time."""
    drop(VendorFolder.of(acme), DAY, times(DAY, 9) | {"item": "I-1"})
    close(acme, DAY, NEXT_MORNING)
    assert marks(acme) == [DAY]
    for stage in ("reconcile_day", "measure_day"):
        monkeypatch.setattr(reclose, stage, _killed)
    query = "select * from operations.stage_run order by operational_day, vendor, stage"
    before = (acme.warehouse.rows(query), editions(acme))
    done = reclose_stale(acme, NOON)
    assert [each.day for each in done.restated] == [DAY]
    assert (acme.warehouse.rows(query), editions(acme)) == before
    assert marks(acme) == []


def test_an_action_borrowed_over_midnight_closes_its_own_day_again(acme: Workspace) -> None:
    """The lender's figures follow; nobody has to know that it lent."""
    log_action(
        acme.enforcement_log,
        "A-7",
        f"{DAY.isoformat()} 15:59:30+00",
        vendor_reference="C-7",
        item_id="I-7",
    )
    close(acme, DAY, MORNING)
    reclose_stale(acme, MORNING)
    assert figures(acme)["outcomes"]["internal"]["missing_vendor"] == 4
    # Singapore's midnight is 16:00 UTC, 18:00 in Riga: decided half a minute into the next day.
    at = {"received": f"{DAY:%d.%m.%Y} 17:00:00", "decided": f"{DAY:%d.%m.%Y} 18:00:30"}
    at |= {"queued": "", "assigned": ""}
    drop(VendorFolder.of(acme), NEXT, at | {"case": "C-7", "item": "I-7"})
    close(acme, NEXT, NEXT_MORNING)
    assert marks(acme) == [DAY]
    done = reclose_stale(acme, NOON)
    assert done.closed == [DAY]
    assert figures(acme)["outcomes"]["internal"]["missing_vendor"] == 3
    (kept,) = restatements(acme)[-1:]
    assert "borrowed" in kept["reasons"]["acme"]


def land_again(workspace: Workspace, day: date) -> None:
    """Fetch and land a day, and leave it at that."""
    for stage in (fetch_export, land_day):
        stage(workspace, "acme", day, NEXT_MORNING)
