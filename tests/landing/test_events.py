"""From records to events: ids from content, order from ids, attributes where they belong."""

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendor_exports import DAY, as_csv, contract, rows_of
from whole_export import read_csv_text

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import CASE_EVENT
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType
from breakwater.engine.base import arrow_schema
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.parquet import write_parquet
from breakwater.landing.mapping.records import map_records
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.publishing.events import CaseEvents
from breakwater.landing.publishing.identity import identify, open_spill
from breakwater.landing.publishing.spill import spilling

CONFIGURATION = load_configuration()
DECIDED = {EventType.DECIDED}
EMPTY = arrow_schema(CASE_EVENT).empty_table()


def events(rows: list[dict[str, str]], decided_types: set[EventType] | None = None) -> pa.Table:
    """Return the events of rows."""
    terms = contract()
    # Without rows there is no chunk: one row more is read, and left out again.
    raw = read_csv_text(as_csv(rows or rows_of({})).decode(), terms.column_names)
    operations = CONFIGURATION.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    records = map_records(raw, Terms(terms, operations, DAY, window, None, b"key of the tests"))
    assert records.refused == ()
    engine = DuckDBEngine("1GB", 2)
    with tempfile.TemporaryDirectory() as scratch, closing(engine):
        with spilling(Path(scratch) / "records.parquet") as spill:
            if rows:
                spill.add(0, records)
        written = open_spill(engine, "record", spill)
        identified = identify(engine, spill.said)
        assert written == identified.by_file
        assert identified.by_file == ({0: len(rows)} if rows else {})
        assert identified.days in ((), (DAY,))
        types = decided_types or DECIDED
        found = CaseEvents(engine, "acme", ["0" * 64], spill.happenings, types)
        batches = list(found.rows(DAY))
    table = pa.Table.from_batches(batches) if batches else EMPTY
    return table.select(EMPTY.schema.names).cast(EMPTY.schema)


def by_type(table: pa.Table, column: str) -> dict[str, Any]:
    """Return a column by event type and ordinal, for the events of one record."""
    return {"-".join(row["event_id"].split("-")[1:]): row[column] for row in table.to_pylist()}


FULL = {
    "paused": "03.11.2026 09:10:10",
    "resumed": "03.11.2026 09:10:20",
    "paused again": "03.11.2026 09:11:00",
    "pause": "doctor",
    "escalated": "03.11.2026 09:11:30",
    "tier": "legal",
    "qa at": "03.11.2026 10:00:00",
    "qa": "0.5",
    "qa again at": "03.11.2026 11:00:00",
    "qa again": "1",
    "appealed": "03.11.2026 11:30:00",
    "appeal decided": "03.11.2026 12:00:00",
    "appeal": "Y",
    "reopened": "03.11.2026 12:00:01",
    "closed": "03.11.2026 12:30:00",
}


def test_each_instant_of_a_case_becomes_one_event_with_what_belongs_to_it() -> None:
    """Scores stand on scores, reasons on what they explain, the decision on the decision."""
    table = events(rows_of(FULL))
    assert set(by_type(table, "event_type")) == {
        "received-0", "queued-0", "assigned-0", "paused-0", "paused-1", "resumed-0",
        "escalated-0", "decided-0", "qa_scored-0", "qa_rescored-0", "appealed-0",
        "appeal_decided-0", "reopened-0", "closed-0",
    }  # fmt: skip
    given = {
        name: {key: value for key, value in by_type(table, name).items() if value is not None}
        for name in ("score", "reason", "decision", "actor_type", "handle_seconds", "agent")
    }
    [pseudonym] = set(given.pop("agent").values())
    assert set(by_type(table, "agent").values()) == {None, pseudonym}
    assert given == {
        "score": {"qa_scored-0": 0.5, "qa_rescored-0": 1.0},
        "reason": {
            "paused-0": "doctor",
            "paused-1": "doctor",
            "escalated-0": "legal",
            "appeal_decided-0": "overturned",
        },
        "decision": {"decided-0": "remove"},
        "actor_type": {"decided-0": "human"},
        "handle_seconds": {"decided-0": 95},
    }


def test_every_event_of_the_book_carries_the_decision() -> None:
    """A vendor whose book holds closures is compared by closure."""
    table = events(rows_of(FULL), {EventType.DECIDED, EventType.CLOSED})
    decisions = {key for key, value in by_type(table, "decision").items() if value}
    assert decisions == {"decided-0", "closed-0"}


def test_event_ids_are_unique_and_give_the_order() -> None:
    """Byte order, as every engine can sort."""
    table = events(rows_of(*[FULL] * 40))
    ids = table.column("event_id").to_pylist()
    assert len(set(ids)) == len(ids) == 40 * 14
    assert ids == sorted(ids, key=str.encode)


def test_records_that_say_the_same_are_told_apart() -> None:
    """A vendor that reports a case twice has two records, not one."""
    table = events([row | {"case": "C-1"} for row in rows_of({}, {}, {})])
    assert len(set(table.column("record_id").to_pylist())) == 3
    assert len(set(table.column("event_id").to_pylist())) == table.num_rows


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_the_rows_changes_nothing_but_their_numbers(order: list[int]) -> None:
    """Byte for byte the same rows, except for where they stood; a third of them repeats."""
    rows = [row | {"case": f"C-{n % 8}"} for n, row in enumerate(rows_of(*[{}] * 12))]
    plain = events(rows).drop_columns(["source_row"])
    shuffled = events([rows[n] for n in order]).drop_columns(["source_row"])
    assert shuffled.equals(plain)


def test_a_record_keeps_its_id_among_other_records() -> None:
    """So an export that repeats a record repeats its id."""
    alone = events(rows_of({}))
    rows = rows_of({}, *[{"item": str(n)} for n in range(30)])
    together = events(rows[::-1])
    assert set(alone.column("event_id").to_pylist()) <= set(together.column("event_id").to_pylist())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"pause": "a", "tier": "bc"}, {"pause": "ab", "tier": "c"}),
        ({"pause": "a", "tier": ""}, {"pause": "", "tier": "a"}),
        ({"policy": "", "language": "EN"}, {"policy": "SP", "language": ""}),
        ({"agent": "a"}, {"agent": "b"}),
        ({"queued": "03.11.2026 09:00:05"}, {"queued": ""}),
    ],
)
def test_records_that_differ_anywhere_have_different_ids(
    first: dict[str, str], second: dict[str, str]
) -> None:
    """Also where the difference is which cell holds the text."""
    one, other = events(rows_of(first)), events(rows_of(second))
    assert not set(one.column("record_id").to_pylist()) & set(other.column("record_id").to_pylist())


def test_no_events_are_a_table_all_the_same(tmp_path: Path, configuration: Configuration) -> None:
    """A vendor's quiet day is an empty partition and not an error."""
    assert configuration.folder.is_dir()
    table = events([])
    assert write_parquet(table, CASE_EVENT, tmp_path / "empty.parquet") == 0
