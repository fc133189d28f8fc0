"""Every format and dialect of the same export gives the same records and events."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from backports import zstd
from vendor_exports import DAY, as_csv, column_names, contract, rows_of
from whole_export import read_export

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.landing.mapping.records import Records, map_records
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

RIGA = ZoneInfo("Europe/Riga")
LOCAL = "%d.%m.%Y %H:%M:%S"
ROWS = rows_of(
    {"case": "Ž-1", "agent": "Jānis"},
    {"paused": "03.11.2026 09:11:00", "resumed": "03.11.2026 09:11:30", "pause": "doctor"},
    {"decided": "", "decision": "", "seconds": "", "agent": ""},
    {"qa": "0.5", "qa at": "03.11.2026 12:00:00", "case": "0042", "item": "17"},
)
"""Letters outside of ASCII, events of several kinds, an open case, and ids that look like numbers."""


def records_of(raw: RawRows, terms: VendorContract, configuration: Configuration) -> Records:
    """Map rows as landing would on the tests' day."""
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return map_records(raw, Terms(terms, operations, DAY, window, None, b"key of the tests"))


def records_in(
    file: Path, terms: VendorContract, configuration: Configuration
) -> tuple[list[dict[str, Any]], dict[str, list[datetime | None]]]:
    """Read and map a file; return its records, and the instants of their events by event."""
    records = records_of(read_export(file, terms), terms, configuration)
    assert records.refused == ()
    return records.columns.to_pylist(), {
        f"{happening.event_type}-{happening.ordinal}": happening.at.to_pylist()
        for happening in records.happenings
    }


@pytest.fixture
def expected(tmp_path: Path, configuration: Configuration) -> tuple[Any, Any]:
    """Return the records of the rows as plain CSV."""
    file = tmp_path / "expected.csv"
    file.write_bytes(as_csv(ROWS))
    records, instants = records_in(file, contract(), configuration)
    assert len(records) == 4
    # Four cases received, queued, assigned; three decided; one paused and resumed; one QA score.
    events = sum(at is not None for each in instants.values() for at in each)
    assert events == 4 * 3 + 3 + 2 + 1
    return records, instants


def _instants() -> list[str]:
    shape = contract().shape
    assert isinstance(shape, CaseShape)
    return [name for several in shape.instants.values() for name in several]


def as_jsonl(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Spell rows as objects with only the keys that have values; numbers as numbers."""
    lines = []
    for row in rows:
        record: dict[str, Any] = {name: value for name, value in row.items() if value}
        if "seconds" in record:
            record["seconds"] = float(record["seconds"])
        if "qa" in record:
            record["qa"] = float(record["qa"])
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines).encode()


def as_json(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Wrap the objects of the lines into a document."""
    records = ", ".join(as_jsonl(rows).decode().split("\n"))
    return f'{{"page": 1, "data": {{"items": [{records}], "more": false}}}}'.encode()


def as_zip(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack a file into an archive of one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("exports/export.csv", content)
    return packed.getvalue()


def as_xlsx(rows: Sequence[Mapping[str, str]], *, typed: bool) -> bytes:
    """Write a spreadsheet, instants either as text or as dates."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet, form = book.add_worksheet("Export"), book.add_format({"num_format": "yyyy-mm-dd"})
        names = column_names(contract())
        sheet.write_row(0, 0, names)
        for row, record in enumerate(rows, start=1):
            for column, name in enumerate(names):
                value = record.get(name, "")
                if typed and value and name in _instants():
                    sheet.write_datetime(row, column, _naive(value), form)
                elif typed and value and name in {"seconds", "qa"}:
                    sheet.write_number(row, column, float(value))
                else:
                    sheet.write_string(row, column, value)
    return content.getvalue()


def _naive(text: str) -> datetime:
    return datetime.strptime(text, LOCAL)  # noqa: DTZ007  a local time is what is meant


def as_parquet(
    rows: Sequence[Mapping[str, str]], instant: Callable[[str], Any] | None = None
) -> bytes:
    """Write Parquet, instants as text or converted; handling time as a floating-point number."""
    columns: dict[str, list[Any]] = {}
    for name in column_names(contract()):
        values: list[Any] = [row.get(name) or None for row in rows]
        if instant is not None and name in _instants():
            values = [None if value is None else instant(value) for value in values]
        if name in {"seconds", "qa", "qa again"}:
            values = [None if value is None else float(value) for value in values]
        columns[name] = values
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def _csv(**form: Any) -> dict[str, Any]:  # noqa: ANN401  settings of a YAML file
    return {"format": {"kind": "csv"} | form}


def _epoch(text: str) -> int:
    return int(_naive(text).replace(tzinfo=RIGA).timestamp())


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (as_csv(ROWS, quoting=1), {}),
        (as_csv(ROWS, delimiter=";", quotechar="'"), _csv(delimiter=";", quote="'")),
        (as_csv(ROWS, delimiter="\t", lineterminator="\n"), _csv(delimiter="\t")),
        (as_csv(ROWS, encoding="utf-8-sig"), {}),
        (as_csv(ROWS, encoding="utf-8-sig"), _csv(encoding="utf-8-sig")),
        (as_csv(ROWS), _csv(encoding="utf-8-sig")),
        (as_csv(ROWS, encoding="utf-16"), _csv(encoding="utf-16")),
        (gzip.compress(as_csv(ROWS), mtime=0), _csv(compression="gzip")),
        (
            gzip.compress(as_csv(ROWS)[:99], mtime=0) + gzip.compress(as_csv(ROWS)[99:], mtime=0),
            _csv(compression="gzip"),
        ),
        (zstd.compress(as_csv(ROWS)), _csv(compression="zstd")),
        (
            zstd.compress(as_csv(ROWS)[:9]) + zstd.compress(as_csv(ROWS)[9:]),
            _csv(compression="zstd"),
        ),
        (as_zip(as_csv(ROWS)), _csv(compression="zip")),
        (as_zip(as_csv(ROWS), zipfile.ZIP_STORED), _csv(compression="zip")),
        (as_jsonl(ROWS), {"format": {"kind": "jsonl"}}),
        (
            gzip.compress(as_jsonl(ROWS), mtime=0),
            {"format": {"kind": "jsonl", "compression": "gzip"}},
        ),
        (as_json(ROWS), {"format": {"kind": "json", "records": "data.items"}}),
        (
            zstd.compress(as_json(ROWS)),
            {"format": {"kind": "json", "compression": "zstd", "records": "data.items"}},
        ),
        (as_xlsx(ROWS, typed=False), {"format": {"kind": "xlsx", "sheet": "Export"}}),
        (as_xlsx(ROWS, typed=True), {"format": {"kind": "xlsx", "sheet": "Export"}}),
        (as_parquet(ROWS), {"format": {"kind": "parquet"}}),
        (as_parquet(ROWS, _naive), {"format": {"kind": "parquet"}}),
        (
            as_parquet(ROWS, lambda text: _naive(text).replace(tzinfo=RIGA)),
            {"format": {"kind": "parquet"}},
        ),
        (
            as_parquet(ROWS, _epoch),
            {
                "format": {"kind": "parquet"},
                "times": {"zone": "Asia/Manila", "formats": ["epoch_seconds"]},
            },
        ),
        (
            as_parquet(ROWS, lambda text: _epoch(text) * 1000 + 999),
            {
                "format": {"kind": "parquet"},
                "times": {"zone": "Asia/Manila", "formats": ["epoch_milliseconds"]},
            },
        ),
    ],
    ids=[
        "csv, all quoted",
        "csv, other delimiter and quote",
        "csv, tabs",
        "csv, a mark nobody announced",
        "csv, byte-order mark",
        "csv, an announced mark that is not there",
        "csv, utf-16",
        "csv, gzip",
        "csv, gzip of two members",
        "csv, zstd",
        "csv, zstd of two frames",
        "csv, zip",
        "csv, zip without compression",
        "json lines",
        "json lines, gzip",
        "json document",
        "json document, zstd",
        "spreadsheet of text",
        "spreadsheet of dates and numbers",
        "parquet of text",
        "parquet of local timestamps",
        "parquet of instants",
        "parquet of epoch seconds",
        "parquet of epoch milliseconds",
    ],
)
def test_every_format_gives_the_same_records(
    content: bytes,
    changes: dict[str, Any],
    expected: tuple[Any, Any],
    tmp_path: Path,
    configuration: Configuration,
) -> None:
    """What a record says does not depend on how it is written."""
    file = tmp_path / "export"
    file.write_bytes(content)
    assert records_in(file, contract(**changes), configuration) == expected


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_windows_text_is_read_in_its_own_encoding(
    encoding: str, tmp_path: Path, configuration: Configuration
) -> None:
    """A vendor on an old spreadsheet writes cp1252, a vendor on an old server latin-1."""
    file = tmp_path / "export"
    file.write_bytes(as_csv(rows_of({"pause": "café"}), encoding=encoding))
    terms = contract(format={"kind": "csv", "encoding": encoding})
    records = records_of(read_export(file, terms), terms, configuration)
    assert records.columns.column("pause_reason").to_pylist() == ["café"]


@pytest.mark.parametrize(
    ("content", "form", "fault"),
    [
        (b"", {"kind": "csv"}, Fault.EMPTY),
        (b"", {"kind": "xlsx", "sheet": "Export"}, Fault.EMPTY),
        (b"", {"kind": "parquet"}, Fault.EMPTY),
        (gzip.compress(b"", mtime=0), {"kind": "csv", "compression": "gzip"}, Fault.EMPTY),
        (b"caf\xe9\n", {"kind": "csv"}, Fault.OTHER_ENCODING),
        (as_csv(ROWS), {"kind": "csv", "encoding": "utf-16"}, Fault.OTHER_ENCODING),
        (b"a\x81b\n", {"kind": "csv", "encoding": "cp1252"}, Fault.OTHER_ENCODING),
        (as_csv(ROWS), {"kind": "csv", "compression": "gzip"}, Fault.UNREADABLE),
        (
            gzip.compress(as_csv(ROWS), mtime=0)[:-9],
            {"kind": "csv", "compression": "gzip"},
            Fault.CUT_SHORT,
        ),
        (
            gzip.compress(as_csv(ROWS), mtime=0)[:-1],
            {"kind": "csv", "compression": "gzip"},
            Fault.CUT_SHORT,
        ),
        (
            gzip.compress(as_csv(ROWS), mtime=0)[:-8] + bytes(8),
            {"kind": "csv", "compression": "gzip"},
            Fault.UNREADABLE,
        ),
        (as_csv(ROWS), {"kind": "xlsx", "sheet": "Export"}, Fault.UNREADABLE),
        (as_xlsx(ROWS, typed=False)[:-30], {"kind": "xlsx", "sheet": "Export"}, Fault.UNREADABLE),
        (as_xlsx(ROWS, typed=False), {"kind": "xlsx", "sheet": "Data"}, Fault.SHEET_MISSING),
        (as_parquet(ROWS)[:-1], {"kind": "parquet"}, Fault.UNREADABLE),
        (as_csv(ROWS), {"kind": "parquet"}, Fault.UNREADABLE),
        (as_jsonl([{"other": "1"}]), {"kind": "jsonl"}, Fault.COLUMN_MISSING),
        (as_jsonl([{"case": "1"}]), {"kind": "jsonl"}, Fault.COLUMN_MISSING),
    ],
)
def test_a_file_that_is_not_what_its_contract_says_is_refused(
    content: bytes, form: dict[str, Any], fault: Fault, tmp_path: Path
) -> None:
    """By name of the fault; nothing of it is read half."""
    file = tmp_path / "export"
    file.write_bytes(content)
    with pytest.raises(ExportRefusedError) as raised:
        read_export(file, contract(format=form))
    assert raised.value.fault is fault


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (gzip.compress(b"0" * 10_000, mtime=0), {"kind": "csv", "compression": "gzip"}),
        (gzip.compress(b"0" * 10_000, mtime=0), {"kind": "jsonl", "compression": "gzip"}),
        (as_xlsx(rows_of(*[{}] * 100), typed=False), {"kind": "xlsx", "sheet": "Export"}),
        (as_parquet(rows_of(*[{}] * 100)), {"kind": "parquet"}),
    ],
)
def test_a_small_file_that_unpacks_to_a_large_one_is_refused(
    content: bytes, form: dict[str, Any], tmp_path: Path
) -> None:
    """A bomb is told before it fills the memory."""
    file = tmp_path / "export"
    file.write_bytes(content)
    source = {"kind": "folder", "uri": "x", "pattern": "{day:%j}", "maximum_bytes": 2_000}
    with pytest.raises(ExportRefusedError) as raised:
        read_export(file, contract(format=form, source=source))
    assert raised.value.fault is Fault.TOO_LARGE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line_unreadable"),
        ("[1, 2]", "line_unreadable"),
        ('"text"', "line_unreadable"),
        ("null", "line_unreadable"),
        ("[" * 100_000, "line_unreadable"),
        ('{"case": "1", "case": "2"}', "line_unreadable"),
        ('{"case": "\\ud800"}', "line_unreadable"),
        ('{"case": ' + "9" * 5_000 + "}", "line_unreadable"),
        ('{"case": {"id": 1}}', "value_not_scalar"),
        ('{"case": ["1"]}', "value_not_scalar"),
    ],
)
def test_a_line_that_is_no_record_is_refused_alone(line: str, reason: str, tmp_path: Path) -> None:
    """The lines before and after it land."""
    good = as_jsonl(rows_of({})).decode()
    file = tmp_path / "export"
    file.write_text(f"{good}\n{line}\n\n{good}\n", encoding="utf-8")
    rows = read_export(file, contract(format={"kind": "jsonl"}))
    assert rows.source_row.tolist() == [1, 3]
    assert [(row.source_row, row.reasons) for row in rows.refused] == [(2, (reason,))]


def test_midnight_in_a_spreadsheet_is_an_instant_like_any_other(tmp_path: Path) -> None:
    """The reader hands it over as a day without a time."""
    file = tmp_path / "export"
    file.write_bytes(as_xlsx(rows_of({"received": "03.11.2026 00:00:00"}), typed=True))
    rows = read_export(file, contract(format={"kind": "xlsx", "sheet": "Export"}))
    assert rows.columns.column("received").to_pylist() == ["2026-11-03T00:00:00"]


def test_rows_of_a_spreadsheet_without_a_value_are_no_records(tmp_path: Path) -> None:
    """People leave them between blocks and below tables."""
    file = tmp_path / "export"
    file.write_bytes(as_xlsx([ROWS[0], {}, ROWS[1], {}], typed=False))
    rows = read_export(file, contract(format={"kind": "xlsx", "sheet": "Export"}))
    assert rows.columns.column("case").to_pylist() == ["Ž-1", "C-2"]
