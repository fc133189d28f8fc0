"""Over midnight: what a day borrows, what it is refused, and that the order of days is no matter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Literal

import pytest
from landed_books import LandedBooks
from two_books import DAY, Row, action, at, vendor_event

from breakwater.contracts.operations import EngineSettings
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
DAYS = (DAY, NEXT, NEXT + timedelta(days=1))


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def on_engine(books: LandedBooks, kind: Literal["duckdb", "postgresql"]) -> LandedBooks:
    """Return the same installation with another engine."""
    configuration = books.workspace.configuration
    update = {"engine": EngineSettings(kind=kind)}
    operations = configuration.operations.model_copy(update=update)
    changed = replace(configuration, operations=operations)
    return replace(books, workspace=replace(books.workspace, configuration=changed))


def closed(
    books: LandedBooks, order: Sequence[date], events: Sequence[Row], log: Sequence[Row]
) -> list[list[dict[str, object]]]:
    """Land all days, reconcile them in an order, and return the answers."""
    books.forget()
    for day in order:
        books.land(day, events, log)
    for day in order:
        books.reconcile(day)
    return books.answers()


EVENTS = (vendor_event("v1", at("23:59:50"), record_key="C1"),)
LOG = (action("a1", at("00:00:05", NEXT), record_key="C1"),)


@pytest.mark.parametrize("order", [(DAY, NEXT), (NEXT, DAY)])
def test_pair_over_midnight_is_no_break(books: LandedBooks, order: Sequence[date]) -> None:
    """The vendor's day has both halves; the action's own day counts it as borrowed."""
    closed(books, order, EVENTS, LOG)
    assert books.breaks(DAY) == books.breaks(NEXT) == {}
    assert books.tie_out(DAY, "internal") == {
        "population": 1,
        "matched": 1,
        "breaks": 0,
        "borrowed": 0,
        "brought_in": 1,
    }
    assert books.tie_out(NEXT, "internal") == {
        "population": 0,
        "matched": 0,
        "breaks": 0,
        "borrowed": 1,
        "brought_in": 0,
    }


def test_neighbour_is_reconciled_again_in_the_same_call(books: LandedBooks) -> None:
    """Closed first, the next day reports a1 as missing; the day before takes it over."""
    for day in (DAY, NEXT):
        books.land(day, EVENTS, LOG)
    books.reconcile(NEXT)
    assert books.breaks(NEXT) == {("internal", "a1"): "missing_vendor"}
    result = books.reconcile(DAY)
    assert result.summary["reconciled_again"] == ["2026-03-03"]
    assert books.breaks(NEXT) == {}
    assert books.reconcile(DAY).summary["reconciled_again"] == []


def test_neighbour_without_an_export_lends_all_the_same(books: LandedBooks) -> None:
    """The log alone decides what is borrowed; the neighbour learns of it when it is landed."""
    books.land(DAY, EVENTS, LOG)
    books.reconcile(DAY)
    assert books.breaks(DAY) == {}
    books.land(NEXT, EVENTS, LOG)
    books.reconcile(NEXT)
    assert books.tie_out(NEXT, "internal")["borrowed"] == 1


def test_borrowing_is_given_back_when_the_export_is_restated(books: LandedBooks) -> None:
    """Without v1 nobody asks for a1: it is missing in the vendor's book of its own day."""
    closed(books, (DAY, NEXT), EVENTS, LOG)
    books.land(DAY, [], LOG)
    assert books.reconcile(DAY).summary["reconciled_again"] == ["2026-03-03"]
    assert books.breaks(NEXT) == {("internal", "a1"): "missing_vendor"}


@pytest.mark.parametrize("order", list(permutations((DAY, NEXT))))
def test_a_day_comes_first_with_its_own_actions(books: LandedBooks, order: Sequence[date]) -> None:
    """Re-opened over midnight, and our log lost the first decision: the second keeps its action."""
    events = (*EVENTS, vendor_event("v2", at("00:00:05", NEXT), record_key="C1"))
    closed(books, order, events, LOG)
    assert books.breaks(DAY) == {("vendor", "v1"): "missing_internal"}
    assert books.breaks(NEXT) == {}


def test_refusal_ends_when_the_owner_lets_go(books: LandedBooks) -> None:
    """The restated export of the next day has no C1 any more: the day before may have the action."""
    events = (*EVENTS, vendor_event("v2", at("00:00:05", NEXT), record_key="C1"))
    closed(books, (DAY, NEXT), events, LOG)
    books.land(NEXT, EVENTS, LOG)
    assert books.reconcile(NEXT).summary["reconciled_again"] == ["2026-03-02"]
    assert books.breaks(DAY) == books.breaks(NEXT) == {}


def test_own_action_of_the_key_leaves_nothing_to_borrow(books: LandedBooks) -> None:
    """Decided on both days in both books: each day pairs its own."""
    events = (*EVENTS, vendor_event("v2", at("00:00:05", NEXT), record_key="C1"))
    log = (*LOG, action("a0", at("23:59:50"), record_key="C1"))
    closed(books, (DAY, NEXT), events, log)
    assert books.breaks(DAY) == books.breaks(NEXT) == {}
    assert books.tie_out(DAY, "internal")["brought_in"] == 0


@pytest.mark.parametrize(
    ("vendor_at", "action_at", "is_borrowed"),
    [
        ("22:00:00", "00:00:00", True),  # 2 h before midnight: the edge
        ("21:59:59", "00:00:00", False),  # one second too early
        ("23:00:00", "01:59:59", True),  # the last second of the edge
        ("23:00:00", "02:00:00", False),  # beyond it, and beyond the slice of the log
    ],
)
def test_edge_is_measured_from_midnight(
    books: LandedBooks, vendor_at: str, action_at: str, *, is_borrowed: bool
) -> None:
    """Both halves lie within edge_seconds = 7,200 of the same midnight."""
    books.land(
        DAY,
        [vendor_event("v1", at(vendor_at), record_key="C1")],
        [action("a1", at(action_at, NEXT), record_key="C1")],
    )
    books.reconcile(DAY)
    assert books.tie_out(DAY, "internal")["brought_in"] == is_borrowed


@pytest.mark.parametrize(
    ("vendor_at", "action_at", "is_borrowed"),
    [
        ("01:59:59", "22:00:00", True),
        ("02:00:00", "23:59:59", False),
        ("00:00:00", "21:59:59", False),
    ],
)
def test_edge_reaches_as_far_into_the_morning(
    books: LandedBooks, vendor_at: str, action_at: str, *, is_borrowed: bool
) -> None:
    """The vendor's clock ahead: its record may lie within edge_seconds after midnight."""
    events = [vendor_event("v1", at(vendor_at, NEXT), record_key="C1")]
    books.land(NEXT, events, [action("a1", at(action_at), record_key="C1")])
    books.reconcile(NEXT)
    assert books.tie_out(NEXT, "internal")["brought_in"] == is_borrowed


@pytest.mark.parametrize(("window", "is_borrowed"), [(15, True), (14, False)])
@pytest.mark.parametrize(("day", "side"), [(DAY, -1), (NEXT, 1)], ids=["evening", "morning"])
def test_halves_over_midnight_lie_no_farther_apart_than_any_pair(
    books: LandedBooks, day: date, side: int, window: int, *, is_borrowed: bool
) -> None:
    """`window_seconds` holds for what is borrowed by key: of the nearest record, whatever others say."""
    configuration = books.workspace.configuration
    matching = configuration.operations.matching.model_copy(update={"window_seconds": window})
    operations = configuration.operations.model_copy(update={"matching": matching})
    changed = replace(configuration, operations=operations)
    books = replace(books, workspace=replace(books.workspace, configuration=changed))
    midnight = at("00:00:00", NEXT)
    events = [
        vendor_event("near", midnight + side * 5, record_key="C1"),
        vendor_event("far", midnight + side * 600, record_key="C1"),
    ]
    log = [action("a1", midnight - side * 10, record_key="C1")]
    books.land(day, events, log)
    books.reconcile(day)
    assert books.tie_out(day, "internal")["brought_in"] == is_borrowed


def test_nobody_borrows_what_its_own_day_has_of_the_key(books: LandedBooks) -> None:
    """Decided twice in our log, once on either day: the second stays where it is."""
    log = (*LOG, action("a0", at("23:59:50"), record_key="C1"))
    closed(books, (DAY, NEXT), EVENTS, log)
    assert books.breaks(DAY) == {}
    assert books.breaks(NEXT) == {("internal", "a1"): "missing_vendor"}


def test_nearest_of_both_midnights_is_borrowed(books: LandedBooks) -> None:
    """One key just after one midnight and just before the next: the action that lies nearer."""
    events = [
        vendor_event("v1", at("00:10:00", NEXT), record_key="C1"),
        vendor_event("v2", at("23:59:00", NEXT), record_key="C1"),
    ]
    log = [
        action("a1", at("23:30:00"), record_key="C1"),
        action("a2", at("00:00:30", DAYS[2]), record_key="C1"),
    ]
    books.land(NEXT, events, log)
    books.reconcile(NEXT)
    assert books.breaks(NEXT) == {("vendor", "v1"): "duplicate_vendor"}


def test_nearest_of_several_is_borrowed_in_the_morning(books: LandedBooks) -> None:
    """The last action before midnight and the first record after it."""
    events = [
        vendor_event("v1", at("00:10:00", NEXT), record_key="C1"),
        vendor_event("v2", at("00:01:00", NEXT), record_key="C1"),
    ]
    log = [
        action("a1", at("23:57:00"), record_key="C1"),
        action("a2", at("23:59:00"), record_key="C1"),
    ]
    closed(books, (DAY, NEXT), events, log)
    assert books.breaks(NEXT) == {("vendor", "v1"): "duplicate_vendor"}
    assert set(books.breaks(DAY)) == {("internal", "a1")}


def test_nearest_of_several_is_borrowed_once(books: LandedBooks) -> None:
    """Two records and three actions of one key: the nearest two pair, one action is borrowed."""
    events = [
        vendor_event("v1", at("23:50:00"), record_key="C1"),
        vendor_event("v2", at("23:59:00"), record_key="C1"),
    ]
    log = [
        action("a1", at("00:03:00", NEXT), record_key="C1"),
        action("a2", at("00:01:00", NEXT), record_key="C1"),
        action("a3", at("00:01:00", NEXT), record_key="C1"),
    ]
    closed(books, (DAY, NEXT), events, log)
    # v2 and a2 are 2 min apart; a3 as well, and its id is larger
    assert books.breaks(DAY) == {("vendor", "v1"): "duplicate_vendor"}
    assert set(books.breaks(NEXT)) == {("internal", "a1"), ("internal", "a3")}


def test_morning_borrows_from_the_evening_before(books: LandedBooks) -> None:
    """The vendor's clock may be ahead as well."""
    events = [vendor_event("v1", at("00:00:05", NEXT), record_key="C1")]
    log = [action("a1", at("23:59:50"), record_key="C1")]
    closed(books, (NEXT, DAY), events, log)
    assert books.breaks(DAY) == books.breaks(NEXT) == {}
    assert books.tie_out(DAY, "internal")["borrowed"] == 1


ONE_ITEM = {"item_id": "I1"}


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
@pytest.mark.parametrize("order", [(DAY, NEXT), (NEXT, DAY)])
def test_item_pairs_over_midnight(
    books: LandedBooks, order: Sequence[date], kind: Literal["duckdb", "postgresql"]
) -> None:
    """Judged before midnight, enforced after it, without a key: one pair, counted by the vendor's day."""
    books = on_engine(books, kind)
    events = [vendor_event("v1", at("23:59:50"), **ONE_ITEM)]
    log = [action("a1", at("00:00:05", NEXT), **ONE_ITEM)]
    answers = closed(books, order, events, log)
    assert books.breaks(DAY) == books.breaks(NEXT) == {}
    assert books.tie_out(DAY, "internal")["brought_in"] == 1
    assert books.tie_out(NEXT, "internal")["borrowed"] == 1
    for day in (DAY, NEXT):
        assert books.reconcile(day).changed is False
    assert books.answers() == answers
