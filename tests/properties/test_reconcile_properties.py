"""What holds for any two books: one outcome a record, tie-out, no order, no favourite side."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from plain_matching import Ended, PlainMatching
from two_books import WINDOW, Row, TwoBooks, action, at, vendor_event

from breakwater.contracts.comparison import (
    USUAL,
    Compared,
    DecisionComparison,
    NumberComparison,
    TextComparison,
)
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import RECON_OUTCOME
from breakwater.core.vocabulary import Decision, Outcome, Side
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile.matching import FEW_ROWS
from breakwater.reconcile.publish import ORDER

CONFIGURATION = load_configuration()
MIRRORED = {
    Outcome.MISSING_INTERNAL: Outcome.MISSING_VENDOR,
    Outcome.MISSING_VENDOR: Outcome.MISSING_INTERNAL,
    Outcome.DUPLICATE_INTERNAL: Outcome.DUPLICATE_VENDOR,
    Outcome.DUPLICATE_VENDOR: Outcome.DUPLICATE_INTERNAL,
}

# Few keys, items and instants, so that crowding, ties and chains are the rule.
KEYS = st.sampled_from(["C1", "C2", "C3", "C4"])
ITEMS = st.sampled_from(["I1", "I2"])
NOON = at("12:00:00")
INSTANTS = st.one_of(
    st.integers(0, 8).map(lambda n: NOON + 60 * n),
    st.integers(-3, 3).map(lambda n: NOON + 7200 * n),
    st.integers(NOON - 30, NOON + 30),
)
DECISIONS = st.sampled_from(["remove", "remove", "remove", "no_action"])
POLICIES = st.sampled_from(["hate", "hate", "hate", "adult", None])


@st.composite
def vendor_books(draw: st.DrawFn, *, all_known: bool = False) -> tuple[Row, ...]:
    """Draw the vendor's book."""
    decisions = DECISIONS if all_known else st.one_of(DECISIONS, DECISIONS, st.none())
    rows = draw(st.lists(st.tuples(KEYS, ITEMS, INSTANTS, decisions, POLICIES), max_size=8))
    return tuple(
        vendor_event(f"v{n}", at, record_key=key, item_id=item, decision=decision, policy=policy)
        for n, (key, item, at, decision, policy) in enumerate(rows)
    )


@st.composite
def internal_books(draw: st.DrawFn, *, plain: bool = False) -> tuple[Row, ...]:
    """Draw the platform's book; a plain one always has references and executes at once."""
    keys = KEYS if plain else st.one_of(KEYS, st.none())
    statuses = ["executed"] if plain else ["executed", "executed", "failed", "pending"]
    delays = st.just(0) if plain else st.sampled_from([0, 3600, 3601])
    # The vendor's side has 40 seconds.
    handled = st.sampled_from([None, 40, 35, 34, 45, 46])
    columns = (
        *(keys, ITEMS, INSTANTS, DECISIONS, POLICIES),
        *(st.sampled_from(statuses), delays, handled),
    )
    rows = draw(st.lists(st.tuples(*columns), max_size=8))
    return tuple(
        action(
            f"a{n}",
            at,
            record_key=key,
            item_id=item,
            decision=decision,
            policy=policy,
            status=status,
            enforced_at=at + delay if status == "executed" else None,
            handle_seconds=handled,
        )
        for n, (key, item, at, decision, policy, status, delay, handled) in enumerate(rows)
    )


COMPARISONS = st.sampled_from(
    [
        USUAL,
        (
            DecisionComparison(
                field=Compared.DECISION, equivalent=((Decision.REMOVE, Decision.NO_ACTION),)
            ),
            TextComparison(field=Compared.ITEM_ID),
        ),
        (
            *USUAL,
            TextComparison(field=Compared.ITEM_ID),
            NumberComparison(field=Compared.HANDLE_SECONDS, absolute=5, relative=0.125),
        ),
    ]
)
BOOKS = st.builds(TwoBooks, events=vendor_books(), actions=internal_books(), comparison=COMPARISONS)


@contextmanager
def duckdb() -> Iterator[DuckDBEngine]:
    """Open a session for one example."""
    engine = DuckDBEngine("512MB", 1)
    try:
        yield engine
    finally:
        engine.close()


def outcomes(books: TwoBooks) -> list[Row]:
    """Match two books."""
    with duckdb() as engine:
        return books.match(engine, CONFIGURATION)


def ended(rows: list[Row]) -> Ended:
    """Return outcome and counterpart by record."""
    return {
        (row["side"], row["record_id"]): (row["outcome"], row["counterpart_id"]) for row in rows
    }


@settings(max_examples=60, deadline=None)
@given(BOOKS)
def test_every_record_has_one_outcome_and_it_is_the_plain_one(books: TwoBooks) -> None:
    """Both populations are accounted for, record by record, as the plain rules do."""
    rows = outcomes(books)
    assert len(ended(rows)) == len(rows)
    plain = PlainMatching(books, WINDOW.end + books.matching.edge_seconds).run()
    for outcome, _ in plain.values():
        event(outcome)
    assert ended(rows) == plain


@settings(max_examples=20, deadline=None)
@given(BOOKS)
def test_both_sides_tie_out_and_pairs_know_each_other(books: TwoBooks) -> None:
    """Matched + breaks = population on each side; a counterpart names its counterpart."""
    rows = outcomes(books)
    for side, population in ((Side.VENDOR, books.events), (Side.INTERNAL, books.actions)):
        of_side = [Outcome(row["outcome"]) for row in rows if row["side"] == side]
        breaks = sum(outcome.is_break for outcome in of_side)
        matched = sum(not outcome.is_break for outcome in of_side)
        assert matched + breaks == len(population)
    found = {(row["side"], row["record_id"]): row for row in rows}
    for (side, record), row in found.items():
        if row["counterpart_id"] is not None:
            other = Side.INTERNAL if side == Side.VENDOR else Side.VENDOR
            twin = found[other, row["counterpart_id"]]
            same = ("outcome", "rule", "drift_seconds", "enforcement_seconds")
            assert twin["counterpart_id"] == record
            assert [row[column] for column in same] == [twin[column] for column in same]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(books=BOOKS, seed=st.integers(0, 1000))
def test_order_of_rows_does_not_change_a_byte(books: TwoBooks, seed: int, tmp_path: Path) -> None:
    """The same rows in another order give the same file, also on the way that large books take."""
    shuffle = random.Random(seed)  # noqa: S311  an order, not a secret
    shuffled = replace(
        books,
        events=tuple(shuffle.sample(books.events, len(books.events))),
        actions=tuple(shuffle.sample(books.actions, len(books.actions))),
    )
    files = []
    for number, (each, row_count) in enumerate(((books, 0), (shuffled, FEW_ROWS + 1))):
        with duckdb() as engine:
            each.match(engine, CONFIGURATION, row_count)
            file = tmp_path / f"{number}.parquet"
            engine.write("recon_outcome", RECON_OUTCOME, ORDER, file)
            files.append(file.read_bytes())
    assert files[0] == files[1]


@settings(max_examples=25, deadline=None)
@given(st.builds(TwoBooks, events=vendor_books(all_known=True), actions=internal_books(plain=True)))
def test_swapping_the_sides_swaps_the_one_sided_classes(books: TwoBooks) -> None:
    """What was missing in one book is missing in the other; what both tell stays what it is."""
    swapped = replace(
        books,
        events=tuple(_as_event(row) for row in books.actions),
        actions=tuple(_as_action(row) for row in books.events),
    )
    sides = {Side.VENDOR: Side.INTERNAL, Side.INTERNAL: Side.VENDOR}
    mirrored = {
        (sides[Side(side)], record): (MIRRORED.get(Outcome(outcome), outcome), counterpart)
        for (side, record), (outcome, counterpart) in ended(outcomes(books)).items()
    }
    assert ended(outcomes(swapped)) == mirrored


def _as_event(row: Row) -> Row:
    return vendor_event(row["action_id"], row["decided_at"], **_shared(row))


def _as_action(row: Row) -> Row:
    at = row["event_at"]
    return action(row["event_id"], at, enforced_at=at, **_shared(row))


def _shared(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("record_key", "item_id", "decision", "policy")}
