"""Chunks: bounded, numbered through, and read while the one before is worked on."""

import io
import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from vendor_exports import column_names, contract

from breakwater.landing.reading import raw_rows, read_parquet
from breakwater.landing.reading.raw_rows import CHUNK
from breakwater.landing.reading.read_ahead import read_ahead
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

NAMES = column_names(contract())
COUNT = 1_000


def csv_of(count: int) -> bytes:
    """Number the cases of a CSV."""
    empty = "," * (len(NAMES) - 1)
    return (",".join(NAMES) + "\n" + "".join(f"{n}{empty}\n" for n in range(count))).encode()


def quoted_csv_of(count: int) -> bytes:
    """Number the cases of a CSV that only the careful way can read."""
    return csv_of(count).replace(b",\n", b',5" wide\n')


def json_lines_of(count: int) -> bytes:
    """Number the cases of JSON lines."""
    empty = dict.fromkeys(NAMES)
    return "\n".join(json.dumps(empty | {"case": n}) for n in range(count)).encode()


def nested_of(count: int) -> bytes:
    """Number the elements of one line."""
    return json.dumps(dict.fromkeys(NAMES) | {"case": list(range(count))}).encode()


def document_of(count: int) -> bytes:
    """Number the cases of a document."""
    return b"[" + b",".join(json_lines_of(count).split(b"\n")) + b"]"


def workbook_of(count: int) -> bytes:
    """Number the cases of a spreadsheet."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
        sheet = writer.add_worksheet("Export")
        sheet.write_row(0, 0, NAMES)
        for row in range(count):
            sheet.write_number(row + 1, 0, row)
    return book.getvalue()


def parquet_of(count: int) -> bytes:
    """Number the cases of Parquet in several groups."""
    content = io.BytesIO()
    cases = {name: pa.nulls(count, pa.string()) for name in NAMES} | {"case": list(range(count))}
    pq.write_table(pa.table(cases), content, row_group_size=300)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (csv_of(COUNT), {"kind": "csv"}),
        (quoted_csv_of(COUNT), {"kind": "csv"}),
        (json_lines_of(COUNT), {"kind": "jsonl"}),
        (nested_of(COUNT), {"kind": "jsonl", "each": ["case"]}),
        (document_of(COUNT), {"kind": "json"}),
        (workbook_of(COUNT), {"kind": "xlsx", "sheet": "Export"}),
        (parquet_of(COUNT), {"kind": "parquet"}),
    ],
    ids=["csv", "careful csv", "json lines", "elements", "json", "spreadsheet", "parquet"],
)
def test_no_chunk_is_larger_than_the_limit(
    content: bytes, form: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And rows are numbered through all of them."""
    monkeypatch.setattr(raw_rows, "CHUNK", 128)
    monkeypatch.setattr(read_parquet, "CHUNK", 128)
    monkeypatch.setattr(raw_rows.RawRows.parts, "__defaults__", (128,))
    file = tmp_path / "export"
    file.write_bytes(content)
    chunks = list(open_export(file, contract(format=form)).chunks)
    assert len(chunks) >= COUNT / 128
    assert max(chunk.physical_rows for chunk in chunks) <= 128
    numbers = [number for chunk in chunks for number in chunk.source_row.tolist()]
    cases = [case for chunk in chunks for case in chunk.columns.column("case").to_pylist()]
    assert numbers == list(range(1, COUNT + 1))
    assert cases == [str(n) for n in range(COUNT)]


def test_refused_rows_stay_with_the_rows_around_them() -> None:
    """A chunk that is cut takes along what was refused before its last row."""
    refused = tuple(raw_rows.refused_row(number, "x", "") for number in (1, 4, 8, 9))
    numbers = raw_rows.np.array([2, 3, 5, 6, 7])
    whole = raw_rows.RawRows(pa.table({"a": list("bcefg")}), numbers, refused)
    parts = [
        (part.source_row.tolist(), [row.source_row for row in part.refused])
        for part in whole.parts(2)
    ]
    assert parts == [([2, 3], [1]), ([5, 6], [4]), ([7], [8, 9])]
    assert len(list(whole.parts(CHUNK))) == 1


def test_numbers_of_parquet_are_spelled_as_other_formats_spell_them(tmp_path: Path) -> None:
    """Whole ones without a point; those that are none, or too large, as what they are."""
    values = [1.0, 0.5, float("inf"), float("nan"), 1e20, -3.0, None]
    columns = {name: pa.nulls(len(values), pa.string()) for name in NAMES}
    file = tmp_path / "export"
    pq.write_table(pa.table(columns | {"seconds": values}), file)
    [chunk] = open_export(file, contract(format={"kind": "parquet"})).chunks
    assert chunk.columns.column("seconds").to_pylist() == [
        *("1", "0.5", "inf", "nan", "1e+20", "-3"),
        None,
    ]


def test_a_fault_at_the_end_comes_from_the_chunks(tmp_path: Path) -> None:
    """What was read before it is not to be published."""
    file = tmp_path / "export"
    file.write_bytes(csv_of(COUNT) + b"\xff\n")
    chunks = open_export(file, contract(format={"kind": "csv"}), block_bytes=4096).chunks
    assert next(chunks).columns.num_rows > 0
    with pytest.raises(ExportRefusedError) as raised:
        list(chunks)
    assert raised.value.fault is Fault.OTHER_ENCODING
    assert raised.value.found == f"other bytes at byte {len(csv_of(COUNT))}"


def count_to(number: int, ended: list[bool]) -> Generator[int]:
    """Count, and note when that ends."""
    try:
        yield from range(1, number + 1)
    finally:
        ended.append(True)


def test_reading_ahead_changes_nothing_and_leaves_no_thread() -> None:
    """Whether it is read to the end, left half-way, or never begun."""
    before, ended = threading.active_count(), list[bool]()
    assert list(read_ahead(count_to(5, ended))) == [1, 2, 3, 4, 5]
    half = read_ahead(count_to(5, ended))
    assert next(half) == 1
    half.close()
    read_ahead(count_to(5, ended)).close()
    assert ended == [True, True]
    assert threading.active_count() == before


def test_an_error_while_reading_ahead_reaches_the_caller() -> None:
    """Behind the values before it."""

    def failing() -> Generator[int]:
        yield 1
        raise ExportRefusedError(Fault.EMPTY, expected="more", found="nothing")

    values = read_ahead(failing())
    assert next(values) == 1
    with pytest.raises(ExportRefusedError):
        next(values)


def test_a_file_that_is_not_read_to_its_end_is_let_go(tmp_path: Path) -> None:
    """No thread and no open file stays behind."""
    before = threading.active_count()
    file = tmp_path / "export"
    file.write_bytes(csv_of(COUNT))
    form = {"kind": "csv"}
    chunks = open_export(file, contract(format=form), block_bytes=1024).chunks
    next(chunks)
    chunks.close()
    open_export(file, contract(format=form), block_bytes=1024).chunks.close()
    with pytest.raises(ExportRefusedError) as raised:
        open_export(file, contract(format=form | {"delimiter": ";"}), block_bytes=1024)
    assert raised.value.fault is Fault.COLUMN_MISSING
    assert threading.active_count() == before
    links = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert str(file) not in {str(each.readlink()) for each in links}
