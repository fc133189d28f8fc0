"""Near midnight: whatever a day's own rules pair is not looked for in the neighbouring day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from landed_books import LandedBooks
from two_books import DAY, VENDOR, action, at, vendor_event

from breakwater.contracts.matching import ExactKey, Group, Item, NormalisedKey, Rule
from breakwater.contracts.operations import Matching
from breakwater.contracts.vendor import Book
from breakwater.core.vocabulary import EventType
from breakwater.warehouse.workspace import Workspace

NEXT = DAY + timedelta(days=1)
LAST = NEXT + timedelta(days=1)
EXACT, ITEM = ExactKey(kind="exact_key"), Item(kind="item")
ZEROS = NormalisedKey(kind="normalised_key", strip_leading_zeros=True)
SEVERAL = Group(kind="group", shape="one_to_many", by="normalised_key", strip_leading_zeros=True)
REWRITING = {
    "after_the_key": ((EXACT, ZEROS, ITEM), 1),
    "without_a_key_rule": ((ITEM, ZEROS), 1),
    "group": ((EXACT, SEVERAL, ITEM), 2),
}
"""Lists of rules that rewrite keys, and how many actions a pair of theirs has."""

EITHER_ORDER = list(permutations((DAY, NEXT)))


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def with_rules(
    books: LandedBooks,
    rules: Sequence[Rule],
    event_types: tuple[EventType, ...] = (EventType.DECIDED,),
) -> LandedBooks:
    """Return the same installation with other rules, and records of other types."""
    configuration = books.workspace.configuration
    operations = configuration.operations.model_copy(update={"matching": Matching(rules=rules)})
    update = {"matching": None, "book": Book(event_types=event_types)}
    contract = configuration.vendor(VENDOR).model_copy(update=update)
    changed = replace(configuration, operations=operations, vendors={VENDOR: contract})
    return replace(books, workspace=replace(books.workspace, configuration=changed))


@pytest.mark.parametrize("order", EITHER_ORDER, ids=["in_order", "backwards"])
@pytest.mark.parametrize(("rules", "actions"), REWRITING.values(), ids=REWRITING)
def test_what_a_rewritten_key_pairs_within_a_day_pairs_nothing_over_midnight(
    books: LandedBooks, rules: Sequence[Rule], actions: int, order: Sequence[date]
) -> None:
    """Its other half may be of another item and far from midnight: beyond the neighbour's reach."""
    books = with_rules(books, rules)
    events = [
        vendor_event("late", at("23:59:50"), record_key="007", item_id="I1"),
        vendor_event("alone", at("23:59:40"), record_key="C9", item_id="I2"),
        vendor_event("next", at("05:00:00", NEXT), record_key="008", item_id="I8"),
    ]
    evening = [action(f"a{n}", at("19:00:00") + n, record_key="7") for n in range(actions)]
    morning = [
        action(f"b{n}", at("00:00:05", NEXT) + n, record_key="8", item_id="I2")
        for n in range(actions)
    ]
    keyless = action("keyless", at("00:00:20", NEXT), item_id="I1")
    for day in order:
        books.land(day, events, [*evening, *morning, keyless])
        books.reconcile(day)
    assert missing(books, DAY) == {"alone": "missing_internal"}
    assert missing(books, NEXT) == {"keyless": "missing_vendor"}
    assert books.tie_out(DAY, "internal")["brought_in"] == 0


def missing(books: LandedBooks, day: date) -> dict[str, str]:
    """Return the records of a day that have no counterpart."""
    return {
        record: outcome
        for (_, record), outcome in books.breaks(day).items()
        if outcome.startswith("missing")
    }


def test_the_day_between_pairs_over_both_of_its_midnights_at_once(books: LandedBooks) -> None:
    """Closed last, it opens the books of both neighbours."""
    events = [
        vendor_event("v1", at("23:59:50"), item_id="I1"),
        vendor_event("v2", at("23:59:50", NEXT), item_id="I2"),
    ]
    log = [
        action("a1", at("00:00:05", NEXT), item_id="I1"),
        action("a2", at("00:00:05", LAST), item_id="I2"),
    ]
    for day in (DAY, LAST, NEXT):
        books.land(day, events, log)
        books.reconcile(day)
    assert [books.breaks(day) for day in (DAY, NEXT, LAST)] == [{}, {}, {}]


def test_records_of_every_type_of_the_book_pair_over_midnight(books: LandedBooks) -> None:
    """A book may have decisions and those on appeals; other events are no records."""
    books = with_rules(books, (EXACT, ITEM), (EventType.DECIDED, EventType.APPEAL_DECIDED))
    types = ("decided", "appeal_decided", "closed")
    events = [
        vendor_event(f"v{n}", at("23:59:50"), item_id=f"I{n}", event_type=each)
        for n, each in enumerate(types)
    ]
    log = [action(f"a{n}", at("00:00:05", NEXT), item_id=f"I{n}") for n in range(len(types))]
    for day in (DAY, NEXT):
        books.land(day, events, log)
        books.reconcile(day)
    assert books.breaks(DAY) == {}
    assert books.breaks(NEXT) == {("internal", "a2"): "missing_vendor"}


def test_what_copies_an_earlier_record_of_its_key_looks_for_nothing_over_midnight(
    books: LandedBooks,
) -> None:
    """The first record of a key speaks for it, though it is of another item and far from midnight."""
    events = [
        vendor_event("first", at("18:00:00"), record_key="C1", item_id="I9"),
        vendor_event("copy", at("23:59:50"), record_key="C1", item_id="I1"),
    ]
    log = [action("a1", at("00:00:05", NEXT), item_id="I1")]
    for day in (DAY, NEXT):
        books.land(day, events, log)
        books.reconcile(day)
    assert books.breaks(DAY) == {
        ("vendor", "first"): "missing_internal",
        ("vendor", "copy"): "missing_internal",
    }
    assert books.breaks(NEXT) == {("internal", "a1"): "missing_vendor"}
