"""Corrections lie over the rows of a file, chunk by chunk, whether they could be read or not."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from vendor_exports import DAY

from breakwater.landing.quarantine.corrections import Corrections, add_correction, corrections_of
from breakwater.landing.reading.raw_rows import RawRows, refused_row
from breakwater.warehouse.database import Database

FILE, OTHER = "a" * 64, "b" * 64
NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)


def chunk() -> RawRows:
    """Rows 1, 2 and 4; row 3 could not be read."""
    cells = {"case": ["C-1", "C-2", "C-4"], "queue": ["S", None, "H"]}
    table = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
    numbers = np.array([1, 2, 4], dtype=np.int64)
    return RawRows(table, numbers, (refused_row(3, "line_unreadable", "C-3"),))


def values(raw: RawRows) -> list[tuple[object, ...]]:
    """Return each row with its number."""
    rows = raw.columns.to_pylist()
    return [(int(n), *row.values()) for n, row in zip(raw.source_row, rows, strict=True)]


def test_named_cells_are_replaced_and_the_others_stay() -> None:
    """A cell may become empty, too."""
    raw, count = Corrections({FILE: {2: {"queue": "S"}, 4: {"queue": None}}}).apply(chunk(), FILE)
    assert count == 2
    assert values(raw) == [(1, "C-1", "S"), (2, "C-2", "S"), (4, "C-4", None)]
    assert [row.source_row for row in raw.refused] == [3]


def test_a_record_that_could_not_be_read_becomes_a_row_in_its_place() -> None:
    """What is not named is empty: nothing of the record was understood."""
    raw, count = Corrections({FILE: {3: {"case": "C-3"}}}).apply(chunk(), FILE)
    assert count == 1
    assert values(raw) == [(1, "C-1", "S"), (2, "C-2", None), (3, "C-3", None), (4, "C-4", "H")]
    assert raw.refused == ()
    assert raw.physical_rows == 4


def test_rows_of_other_chunks_and_other_files_are_left_alone() -> None:
    """A correction is bound to the content of the file it was made for."""
    corrections = Corrections({OTHER: {2: {"queue": "S"}}, FILE: {99: {"queue": "S"}}})
    before = chunk()
    raw, count = corrections.apply(before, FILE)
    assert (raw, count) == (before, 0)
    assert corrections.rows_of(FILE) == {99}
    assert corrections.rows_of("c" * 64) == frozenset()


def test_a_column_that_the_contract_no_longer_reads_is_left_out() -> None:
    """A correction outlives a version of the contract."""
    raw, count = Corrections({FILE: {1: {"gone": "x"}, 3: {"gone": "x"}}}).apply(chunk(), FILE)
    assert count == 2
    assert values(raw)[0] == (1, "C-1", "S")
    assert values(raw)[2] == (3, None, None)


def test_columns_of_nothing_and_of_several_pieces_take_corrections() -> None:
    """A reader leaves an absent column empty, and a table may consist of pieces."""
    pieces = pa.chunked_array([["S"], ["H"]], pa.string())
    table = pa.table({"queue": pieces, "note": pa.nulls(2, pa.string())})
    raw = RawRows(table, np.array([1, 2], dtype=np.int64), ())
    corrected, _ = Corrections({FILE: {2: {"queue": "S", "note": "n"}}}).apply(raw, FILE)
    assert values(corrected) == [(1, "S", None), (2, "S", "n")]


def test_the_newest_correction_of_a_row_counts(warehouse: Database) -> None:
    """Earlier ones stay for the record and have no say."""
    with warehouse.transaction() as connection:
        for row, cells in ((2, {"queue": "X"}), (5, {"queue": "H"}), (2, {"queue": "S"})):
            add_correction(
                connection,
                "acme",
                DAY,
                sha256=FILE,
                source_row=row,
                cells=cells,
                by="ops",
                note="as the vendor says",
                at=NOW,
            )
        assert corrections_of(connection, "acme", DAY).by_file == {
            FILE: {2: {"queue": "S"}, 5: {"queue": "H"}}
        }
        assert corrections_of(connection, "other", DAY).by_file == {}
