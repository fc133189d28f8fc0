"""Files that mean harm, or look like it: refused by name of the fault, and nothing is harmed."""

import gzip
import io
import json
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from backports import zstd
from vendor_exports import as_csv, contract, rows_of
from whole_export import csv_text, read_export

from breakwater.landing.reading import check_xlsx, lines, read_csv, read_parquet
from breakwater.landing.reading.layout import MOST_COLUMNS, Wanted
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

GOOD = as_csv(rows_of({}, {}))
NAMES = GOOD.decode().splitlines()[0].split(",")
XLSX = {"kind": "xlsx", "sheet": "Export"}
PARQUET = {"kind": "parquet"}
ZIP = {"kind": "csv", "compression": "zip"}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawRows]:
    """Write content to a file and read it."""

    def read(content: bytes, form: dict[str, Any], maximum_bytes: int = 10_000_000) -> RawRows:
        file = tmp_path / "export"
        file.write_bytes(content)
        source = {"kind": "folder", "uri": "x", "pattern": "{day:%j}"}
        source["maximum_bytes"] = maximum_bytes  # type: ignore[assignment]
        return read_export(file, contract(format=form, source=source))

    return read


@pytest.fixture
def refused(read: Callable[..., RawRows]) -> Callable[..., ExportRefusedError]:
    """Return how a file is refused: in words that are safe to print anywhere."""

    def refused(content: bytes, form: dict[str, Any], **limits: int) -> ExportRefusedError:
        with pytest.raises(ExportRefusedError) as raised:
            read(content, form, **limits)
        error = raised.value
        assert error.expected
        assert error.found
        assert str(error).isprintable()
        assert len(str(error)) < 500
        return error

    return refused


def zip_of(
    *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Pack entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    """Name an entry of some kind of file."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def with_declared_size(archive: bytes, size: int, checksum: int) -> bytes:
    """Let the only entry of an archive declare another size."""
    packed = bytearray(archive)
    at = packed.rfind(b"PK\x01\x02")
    struct.pack_into("<I", packed, at + 16, checksum)
    struct.pack_into("<I", packed, at + 24, size)
    struct.pack_into("<I", packed, 14, checksum)
    struct.pack_into("<I", packed, 22, size)
    return bytes(packed)


def encrypted(archive: bytes) -> bytes:
    """Say that the entry is encrypted."""
    packed = bytearray(archive)
    packed[packed.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def overlapping(archive: bytes) -> bytes:
    """Let the list of an archive name its only entry twice, as bombs do."""
    start, end = archive.rfind(b"PK\x01\x02"), archive.rfind(b"PK\x05\x06")
    again = bytearray(archive[start:end])
    again[46] ^= 1  # another first letter
    tail = bytearray(archive[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, 2 * (end - start))
    return archive[:end] + bytes(again) + bytes(tail)


def long_directory(entries: int) -> bytes:
    """Make an archive whose list of entries is long."""
    return zip_of(*((f"{n:050}", b"") for n in range(entries)))


LINK = entry("export.csv", stat.S_IFLNK | 0o777)
LYING = with_declared_size(zip_of(("a.csv", GOOD)), 5, zipfile.crc32(GOOD[:5]))
BOASTING = with_declared_size(zip_of(("a.csv", GOOD)), len(GOOD) + 5, zipfile.crc32(GOOD))


@pytest.mark.parametrize(
    ("archive", "fault", "found"),
    [
        (zip_of(("a.csv", bytes(20_000_000))), Fault.TOO_LARGE, "more"),
        (zip_of(("a.zip", zip_of(("a.csv", GOOD)))), Fault.UNREADABLE, "zip"),
        (zip_of(("a.gz", gzip.compress(GOOD, mtime=0))), Fault.UNREADABLE, "gzip"),
        (zip_of(("a.csv", GOOD), ("b.csv", GOOD)), Fault.UNREADABLE, "2 entries"),
        (zip_of(("folder/", b"")), Fault.UNREADABLE, "1 entries"),
        (zip_of(), Fault.UNREADABLE, "0 entries"),
        (zip_of(("../../etc/cron.d/x", GOOD)), Fault.UNREADABLE, "'../../etc/cron.d/x'"),
        (zip_of(("/etc/passwd", GOOD)), Fault.UNREADABLE, "'/etc/passwd'"),
        (zip_of(("..\\..\\x", GOOD)), Fault.UNREADABLE, "x'"),
        (zip_of(("C:\\x", GOOD)), Fault.UNREADABLE, "x'"),
        (zip_of((LINK, b"/etc/passwd")), Fault.UNREADABLE, "a link or a device"),
        (encrypted(zip_of(("a.csv", GOOD))), Fault.UNREADABLE, "an encrypted entry"),
        (zip_of(("a.csv", GOOD), method=zipfile.ZIP_BZIP2), Fault.UNREADABLE, "method 12"),
        (zip_of(("a.csv", GOOD), method=zipfile.ZIP_LZMA), Fault.UNREADABLE, "method 14"),
        (LYING, Fault.UNREADABLE, "others"),
        (BOASTING, Fault.UNREADABLE, "others"),
        (overlapping(zip_of(("a.csv", GOOD))), Fault.UNREADABLE, "entries over each other"),
        (long_directory(50_000), Fault.UNREADABLE, "a longer one"),
        (zip_of(("a.csv", GOOD))[:-30], Fault.UNREADABLE, "not a zip"),
        (zip_of(("\x1b[2J\n" + "x" * 500, GOOD), ("b", b"")), Fault.UNREADABLE, "2 entries"),
    ],
    ids=[
        "bomb",
        "zip in a zip",
        "gzip in a zip",
        "two files",
        "only a folder",
        "nothing",
        "name above the archive",
        "absolute name",
        "name above the archive for Windows",
        "drive letter",
        "link",
        "encrypted",
        "bzip2",
        "lzma",
        "declares less, checksum of the beginning",
        "declares more",
        "overlapping entries",
        "endless list of entries",
        "cut short",
        "name that controls terminals",
    ],
)
def test_an_archive_that_is_not_one_plain_file_is_refused(
    archive: bytes, fault: Fault, found: str, refused: Callable[..., ExportRefusedError]
) -> None:
    """Nothing of it is ever written anywhere."""
    error = refused(archive, ZIP)
    assert error.fault is fault
    assert found in error.found


PACKED = {
    "none": GOOD,
    "gzip": gzip.compress(GOOD, mtime=0),
    "zstd": zstd.compress(GOOD),
    "zip": zip_of(("a.csv", GOOD)),
}


@pytest.mark.parametrize("said", PACKED)
@pytest.mark.parametrize("done", PACKED)
def test_another_compression_than_the_contract_says_is_a_fault_and_no_garbage(
    said: str,
    done: str,
    read: Callable[..., RawRows],
    refused: Callable[..., ExportRefusedError],
) -> None:
    """The message names both."""
    form = {"kind": "csv", "compression": said}
    if said == done:
        assert read(PACKED[done], form).physical_rows == 2
    else:
        error = refused(PACKED[done], form)
        assert error.fault is Fault.UNREADABLE
        assert (said if said != "none" else done) in f"{error.expected} {error.found}"


@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_a_bomb_is_told_before_it_goes_off(
    compression: str, kind: str, refused: Callable[..., ExportRefusedError]
) -> None:
    """The limit counts bytes that came out, whatever the file says of itself."""
    content = GOOD * 50_000 if kind == "csv" else b"[" + b" \n" * 10_000_000
    packed = {
        "gzip": lambda: gzip.compress(content, 1, mtime=0),
        "zstd": lambda: zstd.compress(content),
        "zip": lambda: zip_of(("a", content)),
    }[compression]()
    form = {"kind": kind, "compression": compression}
    assert refused(packed, form, maximum_bytes=5_000_000).fault is Fault.TOO_LARGE


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_stream_that_ends_early_or_goes_on_behind_its_end_is_refused(
    compression: str, refused: Callable[..., ExportRefusedError]
) -> None:
    """The first is a file cut short; what follows an end was not written by a compressor."""
    form = {"kind": "csv", "compression": compression}
    for cut in (1, 9, len(PACKED[compression]) // 2):
        assert refused(PACKED[compression][:-cut], form).fault is Fault.CUT_SHORT
    assert refused(zlib.compress(GOOD), form).fault is Fault.UNREADABLE
    for rest in (b"garbage", bytes(512)):
        assert refused(PACKED[compression] + rest, form).fault is Fault.UNREADABLE


def sheet_of(xml: str, head: str = "") -> bytes:
    """Make a spreadsheet around the XML of its only sheet."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
        writer.add_worksheet("Export").write(0, 0, "x")
    made = zipfile.ZipFile(book)
    entries = [(name, made.read(name)) for name in made.namelist()]
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    whole = f'<?xml version="1.0"?>{head}<worksheet xmlns="{space}"><sheetData>{xml}</sheetData></worksheet>'
    return zip_of(
        *(
            (name, whole.encode() if name == "xl/worksheets/sheet1.xml" else content)
            for name, content in entries
        )
    )


def text_cells(row: int, *texts: str) -> str:
    """Spell a row of cells, the text beside them."""
    cells = "".join(
        f'<c r="{chr(65 + n // 26 - 1) if n >= 26 else ""}{chr(65 + n % 26)}{row}" t="inlineStr">'
        f"<is><t>{text}</t></is></c>"
        for n, text in enumerate(texts)
    )
    return f'<row r="{row}">{cells}</row>'


HEADER = text_cells(1, *NAMES)


def test_a_spreadsheet_made_here_is_read(read: Callable[..., RawRows]) -> None:
    """So the refusals below are about what they say."""
    rows = read(sheet_of(HEADER + text_cells(2, *NAMES)), XLSX)
    assert rows.columns.column("case").to_pylist() == ["case"]


@pytest.mark.parametrize(
    ("book", "fault"),
    [
        (
            sheet_of(HEADER, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            Fault.UNREADABLE,
        ),
        (sheet_of(HEADER, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), Fault.UNREADABLE),
        (sheet_of(HEADER, '<!doctype x [<!entity a "aa"><!entity b "&a;&a;">]>'), Fault.UNREADABLE),
        (
            sheet_of(HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
            Fault.TOO_LARGE,
        ),
        (
            sheet_of(HEADER + "<row r='900000'><c s='1' r='ZZ900000'><v>1</v></c></row>"),
            Fault.TOO_LARGE,
        ),
        (
            sheet_of(HEADER + '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'),
            Fault.UNREADABLE,
        ),
        (sheet_of(HEADER + '<row><c r="ABCDEFG1"><v>1</v></c></row>'), Fault.UNREADABLE),
        (
            sheet_of(
                HEADER
                + "<row>"
                + "<c><v>1</v></c>" * 5000
                + "</row>" * 1
                + "<row/>" * 5000
                + "<row><c><v>1</v></c></row>"
            ),
            Fault.TOO_LARGE,
        ),
        (
            sheet_of(HEADER + '<row r="9"><c x=">" r="XFD1048576"><v>1</v></c></row>'),
            Fault.UNREADABLE,
        ),
        (sheet_of("<c/>" * 3_000_000), Fault.TOO_LARGE),
        (with_declared_size(zip_of(("xl/workbook.xml", b"<x/>")), 2, 0), Fault.UNREADABLE),
        (zip_of(("../xl/workbook.xml", b"<x/>")), Fault.UNREADABLE),
        (zip_of(("xl/workbook.xml", "<x/>".encode("utf-16"))), Fault.UNREADABLE),
        (zip_of(("a.csv", GOOD)), Fault.UNREADABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), Fault.UNREADABLE),
        (sheet_of("", ""), Fault.EMPTY),
        (sheet_of(HEADER.replace("case", "&bomb;", 1)), Fault.UNREADABLE),
    ],
    ids=[
        "external entity",
        "external document type",
        "entities of entities",
        "cell in the last corner",
        "cell far away",
        "row two billion",
        "column of seven letters",
        "cells without references",
        "reference hidden behind a bracket",
        "unpacks to too much",
        "lying size",
        "name above the archive",
        "UTF-16",
        "another archive",
        "an old or encrypted workbook",
        "empty sheet",
        "entity that nobody declared",
    ],
)
def test_a_spreadsheet_that_means_harm_is_refused(
    book: bytes,
    fault: Fault,
    refused: Callable[..., ExportRefusedError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the reader of spreadsheets makes room for it."""
    monkeypatch.setattr(check_xlsx, "MOST_CELLS", 20_000_000)
    assert refused(book, XLSX).fault is fault


def test_a_formula_is_its_value_and_a_text_like_a_formula_is_text(
    read: Callable[..., RawRows],
) -> None:
    """Nothing is ever computed here."""
    cells = text_cells(2, *NAMES).replace(
        '<c r="A2" t="inlineStr"><is><t>case</t></is></c>',
        '<c r="A2" t="str"><f>CONCAT("C-",1)</f><v>C-1</v></c>',
    )
    attack = "=cmd|' /C calc'!A0"
    texts = [attack if name == "item" else name for name in NAMES]
    rows = read(sheet_of(HEADER + cells + text_cells(3, *texts)), XLSX)
    assert rows.columns.column("case").to_pylist() == ["C-1", "case"]
    assert rows.columns.column("item").to_pylist()[1] == attack


def parquet_of(**columns: Any) -> bytes:  # noqa: ANN401
    """Write Parquet of the export's columns, some of them replaced."""
    content = io.BytesIO()
    pq.write_table(pa.table({name: ["x", "y"] for name in NAMES} | columns), content)
    return content.getvalue()


def invalid_text() -> pa.Array:
    """Make text that says it is UTF-8 and is not."""
    binary = pa.array([b"\xff\xfe", b"x"])
    return pa.StringArray.from_buffers(2, *binary.buffers()[1:])


def with_other_row_count() -> bytes:
    """Let a footer declare three rows where its groups have two."""
    content = parquet_of()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for at in range(start, len(content) - 8):
        changed = bytearray(content)
        changed[at] = 6  # zigzag of 3
        if content[at] == 4:
            metadata = pq.ParquetFile(io.BytesIO(changed)).metadata
            if metadata.num_rows == 3 and metadata.row_group(0).num_rows == 2:
                return bytes(changed)
    raise AssertionError


def damaged(content: bytes) -> bytes:
    """Overwrite the first pages."""
    return content[:4] + b"\xff" * 200 + content[204:]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (parquet_of(case=[["a"], ["b"]]), Fault.UNREADABLE),
        (parquet_of(case=[{"a": 1}, {"a": 2}]), Fault.UNREADABLE),
        (parquet_of(case=pa.array([b"\xff\xfe", b"x"])), Fault.UNREADABLE),
        (parquet_of(**{f"c{n}": [1, 2] for n in range(MOST_COLUMNS)}), Fault.TOO_MANY_COLUMNS),
        (parquet_of(case=invalid_text()), Fault.UNREADABLE),
        (with_other_row_count(), Fault.UNREADABLE),
        (damaged(parquet_of()), Fault.UNREADABLE),
        (parquet_of()[:100] + parquet_of()[-8:], Fault.UNREADABLE),
        (b"PAR1" + (2**31 - 1).to_bytes(4, "little") + b"PAR1", Fault.TOO_LARGE),
        (b"PAR1" + (40).to_bytes(4, "little") + b"PAR1", Fault.UNREADABLE),
        (b"PAR1", Fault.UNREADABLE),
        (GOOD, Fault.UNREADABLE),
    ],
    ids=[
        "list",
        "struct",
        "bytes that are no text",
        "ten thousand columns",
        "text that is no UTF-8",
        "other number of rows",
        "damaged pages",
        "pages missing",
        "footer of two gigabytes",
        "footer longer than the file",
        "four bytes",
        "text",
    ],
)
def test_parquet_that_is_damaged_or_strange_is_refused(
    content: bytes, fault: Fault, refused: Callable[..., ExportRefusedError]
) -> None:
    """Nested types are told by the name of their column."""
    assert refused(content, PARQUET).fault is fault


def test_a_long_value_that_repeats_by_number_is_refused(
    refused: Callable[..., ExportRefusedError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dictionary of one value: a small file that would fill the memory when written out."""
    monkeypatch.setattr(read_parquet, "TEXT_BYTES", 1_000_000)
    columns = {name: ["x"] * 1000 for name in NAMES} | {"case": ["x" * 100_000] * 1000}
    error = refused(parquet_of(**columns), PARQUET)
    assert error.fault is Fault.TOO_LARGE


@pytest.mark.parametrize("form", [{"kind": "csv"}, {"kind": "jsonl"}, {"kind": "json"}])
def test_an_empty_file_and_one_without_records(
    form: dict[str, Any], read: Callable[..., RawRows], refused: Callable[..., ExportRefusedError]
) -> None:
    """Whether none is right is what the manifest says."""
    nothing = {"csv": GOOD.splitlines()[0], "jsonl": b"\n", "json": b"[]"}[form["kind"]]
    assert read(nothing, form).physical_rows == 0
    if form["kind"] == "jsonl":
        assert read(b"", form).physical_rows == 0
    else:
        assert refused(b"", form).fault is Fault.EMPTY


def test_nul_bytes_are_in_the_value_for_the_checks_of_text_to_see(
    read: Callable[..., RawRows],
) -> None:
    """On the fast way, on the careful one, and in JSON."""
    plain = GOOD.replace(b"jane.doe", b"ja\0ne")
    for content in (plain, plain + b'"x\n'):
        agents = read(content, {"kind": "csv"}).columns.column("agent").to_pylist()
        assert agents == ["ja\0ne"] * 2
    record = json.dumps(dict.fromkeys(NAMES, "a\0b")).encode()
    rows = read(record, {"kind": "jsonl"})
    assert rows.columns.column("case").to_pylist() == ["a\0b"]


def test_text_that_keeps_opening_quotes_cannot_keep_the_reader_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each line begins a record that never ends: read again and again, it would take days."""
    monkeypatch.setattr(read_csv, "MOST_READ_AGAIN", (2_000_000, 4))
    text = "a,b,c\n" + 'x","\n' * 20_000
    with pytest.raises(ExportRefusedError, match="too many that are not"):
        csv_text(text, Wanted(("a", "b", "c")))


def test_a_line_is_too_long_wherever_blocks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the byte, its line feed included."""
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
    wanted = Wanted(("a", "b"))
    for block_bytes in (1, 64, 150, 1000):
        fits, too_long = f"a,b\n1,{'x' * 97}\n", f"a,b\n1,{'x' * 98}\n"
        assert csv_text(fits, wanted, block_bytes=block_bytes)[1].physical_rows == 1
        for text in (too_long, too_long + "1,2\n", too_long.rstrip() + "x"):
            with pytest.raises(ExportRefusedError, match="at most 100 bytes"):
                csv_text(text, wanted, block_bytes=block_bytes)


def test_a_record_over_many_lines_is_given_up_when_it_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its first line is refused, and the lines behind it are read as if it were not there."""
    monkeypatch.setattr(read_csv, "LONGEST_RECORD", 1000)
    text = 'a,b\n"x,' + "\n1,2" * 400 + '",2\n3,4\n'
    _, rows = csv_text(text, Wanted(("a", "b")), block_bytes=16)
    assert [(row.source_row, row.reasons) for row in rows.refused] == [
        (1, ("line_unreadable",)),
        (401, ("field_count_wrong",)),  # where the record would have ended: 1,2",2
    ]
    assert rows.columns.num_rows == 400


def test_a_quoted_field_has_the_same_limit_on_every_way_of_reading() -> None:
    """Also when none of its lines is long."""
    for size, is_row in ((131_072, True), (131_073, False)):
        field = ("x" * 99 + "\n") * 1400
        _, rows = csv_text(f'a,b\n"{field[:size]}","2"\n"3","4"\n', Wanted(("a", "b")))
        assert (rows.refused == ()) == is_row


def run(program: str, *arguments: str) -> list[int]:
    """Run a program in a process of its own; return the numbers that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


READER = """
import gzip, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1]]
from vendor_exports import contract
from breakwater.landing.reading.read_export import open_export
from breakwater.landing.reading.refusal import ExportRefusedError

def peak():
    # Not ru_maxrss: a new process inherits that of the one that started it.
    [line] = [each for each in open("/proc/self/status") if each.startswith("VmHWM")]
    return int(line.split()[1]) // 1024

def read(file):
    rows = 0
    for chunk in open_export(Path(file), contract(format=form)).chunks:
        rows += chunk.physical_rows
    return rows

form = {"kind": sys.argv[4], "compression": "gzip"}
read(sys.argv[2])
before = peak()
try:
    print(read(sys.argv[3]), peak() - before)
except ExportRefusedError as refusal:
    print(0, peak() - before)
    assert refusal.fault.name == "LINE_TOO_LONG", refusal
"""
HERE = str(Path(__file__).parents[1])


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """400 MB of rows in less than 200 MB: blocks, a few chunks, and what Arrow keeps for itself."""
    header, row = (line + b"\n" for line in GOOD.splitlines()[:2])
    some = gzip.compress(row * (4_000_000 // len(row)), 1, mtime=0)
    (tmp_path / "small").write_bytes(gzip.compress(header + row, mtime=0))
    (tmp_path / "large").write_bytes(gzip.compress(header, mtime=0) + some * 100)
    rows, growth = run(READER, HERE, str(tmp_path / "small"), str(tmp_path / "large"), "csv")
    assert rows == 4_000_000 // len(row) * 100
    assert growth < 200


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_line_of_a_gigabyte_is_refused_without_holding_it(kind: str, tmp_path: Path) -> None:
    """A megabyte on disk."""
    piece = gzip.compress(b"x" * 10_000_000, 1, mtime=0)
    start = gzip.compress(GOOD if kind == "csv" else b'{"case": "', mtime=0)
    small = GOOD if kind == "csv" else json.dumps(dict.fromkeys(NAMES, "x")).encode()
    (tmp_path / "small").write_bytes(gzip.compress(small, mtime=0))
    (tmp_path / "large").write_bytes(start + piece * 100)
    rows, growth = run(READER, HERE, str(tmp_path / "small"), str(tmp_path / "large"), kind)
    assert rows == 0
    assert growth < 100
