"""Over midnight: whatever is landed and in whichever order, every record ends on one day, plainly."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from landed_books import LandedBooks
from plain_midnight import PlainMidnight
from two_books import DAY, VENDOR, Row, action, at, vendor_event

from breakwater.contracts.tables import RECON_OUTCOME
from breakwater.warehouse.lake import Partition, current_version
from breakwater.warehouse.lake_rows import rows_where
from breakwater.warehouse.workspace import Workspace

DAYS = tuple(DAY + timedelta(days=n) for n in range(3))
MIDNIGHTS = st.sampled_from([at("00:00:00", day) for day in DAYS[1:]])
FAR = [-7300, -7201, -7200, -3600, -60, 60, 3600, 7199, 7200]


def instants(earliest: int, latest: int) -> st.SearchStrategy[int]:
    """Draw instants around a midnight, mostly within some seconds of it."""
    near = st.integers(earliest, latest)
    return st.builds(int.__add__, MIDNIGHTS, st.one_of(near, near, st.sampled_from(FAR)))


# Mostly judged before midnight and enforced after it, and our log mostly without the key.
KEYS = st.sampled_from(["C1", "C2", "C3", "C4", "C5", "C6", "C7"])
ITEMS = st.sampled_from(["I1", "I2"])
TOLD = st.lists(st.tuples(KEYS, ITEMS, instants(-90, 10)), min_size=1, max_size=6)
KEYS_OF_LOG = st.one_of(*[st.none()] * 4, KEYS, st.just("L1"))
LOG = st.lists(st.tuples(KEYS_OF_LOG, ITEMS, instants(-10, 90)), min_size=1, max_size=6)


@pytest.fixture
def books(workspace: Workspace, tmp_path: Path) -> LandedBooks:
    """Open an installation to land books in."""
    return LandedBooks(workspace, tmp_path)


def _events(told: Sequence[tuple[str, str, int]]) -> list[Row]:
    return [
        vendor_event(f"v{n}", instant, record_key=key, item_id=item)
        for n, (key, item, instant) in enumerate(told)
    ]


def _actions(log: Sequence[tuple[str | None, str, int]]) -> list[Row]:
    return [
        action(f"a{n}", instant, record_key=key, item_id=item)
        for n, (key, item, instant) in enumerate(log)
    ]


def outcomes(books: LandedBooks, day: date, ids: set[str]) -> list[Row]:
    """Return the outcome of every record that a day counts."""
    with books.workspace.warehouse.transaction() as connection:
        version = current_version(connection, Partition.of_day(RECON_OUTCOME.name, day, VENDOR))
    assert version is not None
    return rows_where(books.workspace.lake, RECON_OUTCOME, [version.path], "record_id", ids)


def ended(books: LandedBooks, day: date, ids: set[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return where every record that a day counts ended."""
    return {
        (row["side"], row["record_id"]): (row["outcome"], row["counterpart_id"])
        for row in outcomes(books, day, ids)
    }


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=TOLD, told=TOLD, log=LOG, orders=st.tuples(*[st.permutations(DAYS)] * 2))
def test_days_in_any_order_end_as_the_plain_rules_say(
    first: list[tuple[str, str, int]],
    told: list[tuple[str, str, int]],
    log: list[tuple[str | None, str, int]],
    orders: tuple[list[date], ...],
    books: LandedBooks,
) -> None:
    """Whatever was landed and closed before, and in which order: the last word decides."""
    books.forget()
    final, actions = _events(told), _actions(log)
    for day in orders[0]:
        books.land(day, _events(first), actions[::2])
    for day in orders[0]:
        books.reconcile(day)
    for day in orders[1]:
        books.land(day, final, actions)
        books.reconcile(day)
    plain = PlainMidnight(DAYS, final, actions)
    expected = plain.run()
    event(f"{min(len(plain.by_item), 2)} by item")
    ids = {f"{side}{n}" for side in "va" for n in range(6)}
    found = {day: ended(books, day, ids) for day in DAYS}
    counted = Counter(record for of_day in found.values() for record in of_day)
    assert set(counted.values()) <= {1}, "a record is counted on two days"
    assert found == expected
