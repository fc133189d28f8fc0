"""Outcomes come in the order of the books, so that nothing has to be sorted and written twice."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from two_books import TwoBooks, action, at, rows_of, vendor_event

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, Table
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.parquet import ROW_GROUP_ROWS, write_parquet
from breakwater.reconcile.books import load_rules, text_column
from breakwater.reconcile.matching import FEW_ROWS, match_books, open_books
from breakwater.reconcile.publish import write_outcomes

COUNT = ROW_GROUP_ROWS + 20_000
"""Records a side: two row groups, which the threads of an engine read at a time."""


def _many(table: Table, row: dict[str, Any], **columns: list[str]) -> pa.Table:
    """Repeat one row, with other values in some columns."""
    one = rows_of(table, [row])
    several = {
        name: columns.get(name) or pa.repeat(one.column(name)[0], COUNT)
        for name in one.column_names
    }
    return pa.table(several).cast(one.schema)


def _write(book: pa.Table, table: Table, file: Path, *, jumbled: bool) -> str:
    halves = [book.slice(COUNT // 2), book.slice(0, COUNT // 2)]
    write_parquet(pa.concat_tables(halves) if jumbled else book, table, file)
    return str(file)


@pytest.mark.parametrize("jumbled", [False, True], ids=["as_landed", "jumbled"])
def test_an_ordinary_day_is_not_sorted_again(
    configuration: Configuration, in_process: DuckDBEngine, tmp_path: Path, *, jumbled: bool
) -> None:
    """Books read from their files, with loans over midnight; one in no order is sorted, and counted."""
    numbers = range(COUNT)
    keys = [f"C{n:09}" if n % 50 else f"V{n:09}" for n in numbers]
    events = _many(
        CASE_EVENT,
        vendor_event("v", at("10:00:00")),
        event_id=[f"v{n:09}-decided-0" for n in numbers],
        record_key=keys,
    )
    # The same keys in another order: what is next to each other in one book is not in the other.
    turned = [f"C{(n * 7_919) % COUNT:09}" for n in numbers]
    actions = _many(
        ENFORCEMENT_ACTION,
        action("a", at("10:00:00")),
        action_id=[f"a{n:09}" for n in numbers],
        record_key=turned,
    )
    about = TwoBooks().about(configuration)
    load_rules(in_process, about)
    for name, ids in (("borrowed", ["a000000007"]), ("lent", ["a000090000"])):
        in_process.load(name, text_column("action_id", ids))
    for book, table in ((events, CASE_EVENT), (actions, ENFORCEMENT_ACTION)):
        file = _write(book, table, tmp_path / f"{table.name}.parquet", jumbled=jumbled)
        in_process.scan(table.name, [file], table)
    open_books(in_process, row_count=FEW_ROWS + 1)
    match_books(in_process, about, row_count=FEW_ROWS + 1)
    assert write_outcomes(in_process, tmp_path / "outcome.parquet") == 2 * COUNT - 1
    assert in_process.sorted_after_all == int(jumbled)
