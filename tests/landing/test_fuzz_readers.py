"""Whatever stands in a file, it is read or refused: no other error, no record lost, no hang.

``make fuzz`` gives these tests minutes instead of seconds.
"""

import gzip
import io
import json
import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vendor_exports import as_csv, column_names, contract, rows_of
from whole_export import read_export

from breakwater.contracts.vendor import VendorContract
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.refusal import ExportRefusedError

SECONDS = float(os.environ.get("BREAKWATER_FUZZ_SECONDS", "0"))
"""How long to try each kind of file; some fixed number of tries when zero."""

TRIES = 150
EXAMPLES = settings(
    deadline=None,
    max_examples=max(80, int(SECONDS * 30)),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = column_names(contract())
ROWS = [
    {name: each.get(name, "") for name in NAMES}
    for each in rows_of({}, {"agent": "Jānis"}, {"pause": 'say "no",\nor not'}, {"seconds": "1.5"})
]
CSV = as_csv(ROWS)
JSON_LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
DOCUMENT = json.dumps({"n": 1, "data": {"items": ROWS}, "next": None}).encode()
INTERESTING = [b'"', b"\n", b"\r", b"\0", b",", b"\xff", b"\xef\xbb\xbf", b"{", b"[", b"}", b"PK"]
INTERESTING += [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"9" * 400, b"\\ud800", b"NaN", b"\xe2"]


def packed(content: bytes) -> bytes:
    """Put content into a zip."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("export", content)
    return archive.getvalue()


def workbook() -> bytes:
    """Write the rows as a spreadsheet."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
        sheet = writer.add_worksheet("Export")
        sheet.write_row(0, 0, NAMES)
        for number, row in enumerate(ROWS, start=1):
            sheet.write_row(number, 0, row.values())
    return book.getvalue()


def unpacked_workbook(mutate: Callable[[bytes], bytes]) -> bytes:
    """Change one part of a spreadsheet and pack it again, so that the change is found."""
    made = zipfile.ZipFile(io.BytesIO(WORKBOOK))
    archive = io.BytesIO()
    parts = [name for name in made.namelist() if name.startswith("xl/")]
    chosen = parts[len(mutate(b"0123456789" * 9)) % len(parts)]
    with zipfile.ZipFile(archive, "w") as opened:
        for name in made.namelist():
            content = made.read(name)
            opened.writestr(name, mutate(content) if name == chosen else content)
    return archive.getvalue()


def parquet() -> bytes:
    """Write the rows as Parquet."""
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), content, row_group_size=2)
    return content.getvalue()


WORKBOOK, PARQUET = workbook(), parquet()
Mutate = Callable[[bytes], bytes]

KINDS: dict[str, tuple[dict[str, Any], Callable[[Mutate], bytes]]] = {
    "csv": ({"kind": "csv"}, lambda m: m(CSV)),
    "csv in utf-16": (
        {"kind": "csv", "encoding": "utf-16"},
        lambda m: m(CSV.decode().encode("utf-16")),
    ),
    "csv in cp1252": (
        {"kind": "csv", "encoding": "cp1252"},
        lambda m: m(CSV.decode().replace("ā", "é").encode("cp1252")),
    ),
    "csv inside gzip": (
        {"kind": "csv", "compression": "gzip"},
        lambda m: gzip.compress(m(CSV), mtime=0),
    ),
    "gzip": ({"kind": "csv", "compression": "gzip"}, lambda m: m(gzip.compress(CSV, mtime=0))),
    "zstd": ({"kind": "csv", "compression": "zstd"}, lambda m: m(zstd.compress(CSV))),
    "zip": ({"kind": "csv", "compression": "zip"}, lambda m: m(packed(CSV))),
    "json lines": ({"kind": "jsonl"}, lambda m: m(JSON_LINES)),
    "json": ({"kind": "json", "records": "data.items"}, lambda m: m(DOCUMENT)),
    "spreadsheet": ({"kind": "xlsx", "sheet": "Export"}, lambda m: m(WORKBOOK)),
    "inside a spreadsheet": ({"kind": "xlsx", "sheet": "Export"}, unpacked_workbook),
    "parquet": ({"kind": "parquet"}, lambda m: m(PARQUET)),
}


def mutation(seed: int) -> Mutate:
    """Return a change of bytes; seed 0 changes nothing."""

    def mutate(content: bytes) -> bytes:
        chance, changed = random.Random(seed), bytearray(content)  # noqa: S311  it repeats
        for _ in range(0 if seed == 0 else chance.choice([1, 1, 2, 5, 20])):
            start = chance.randrange(len(changed) + 1)
            end = min(len(changed), start + chance.choice([0, 1, 1, 4, 50]))
            changed[start:end] = chance.choice(
                [
                    b"",
                    chance.randbytes(end - start),
                    chance.choice(INTERESTING),
                    bytes(changed[start:end]) * 2,
                ]
            )
        if seed and chance.random() < 0.1:
            del changed[chance.randrange(len(changed) + 1) :]
        return bytes(changed)

    return mutate


def seeds() -> Iterator[int]:
    """Count as many tries as there are, or is time for."""
    end = time.monotonic() + SECONDS
    seed = 0
    while seed < TRIES or time.monotonic() < end:
        yield seed
        seed += 1


def outcome(file: Path, terms: VendorContract, **how: int) -> RawRows | None:
    """Read a file; None when it is refused as a whole."""
    try:
        return read_export(file, terms, **how)
    except ExportRefusedError as refusal:
        if not str(refusal).isprintable():
            raise
        return None


def check_conserved(rows: RawRows) -> None:
    """Every record is a row or refused, exactly once, and numbered."""
    numbers = sorted([*rows.source_row.tolist(), *(row.source_row for row in rows.refused)])
    assert numbers == list(range(1, rows.physical_rows + 1))
    assert rows.columns.num_rows == len(rows.source_row)
    assert all(row.reasons and row.content is not None for row in rows.refused)
    rows.columns.validate(full=True)


@pytest.mark.timeout(60 + 4 * SECONDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_other_bytes_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    """Of every format and compression, and the same whatever the size of blocks."""
    form, make = KINDS[kind]
    file, terms = tmp_path / "export", contract(format=form)
    for seed in seeds():
        file.write_bytes(make(mutation(seed)))
        found = outcome(file, terms)
        if seed == 0:
            assert found is not None
            assert found.physical_rows == len(ROWS)
        again = outcome(file, terms, block_bytes=1 + seed % 300)
        assert (found is None) == (again is None), seed
        if found is not None and again is not None:
            check_conserved(found)
            assert found.refused == again.refused, seed
            assert found.columns.to_pylist() == again.columns.to_pylist(), seed


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
VALUES |= st.lists(VALUES, max_size=2) | st.dictionaries(TEXT, VALUES, max_size=2)
RECORDS = st.lists(
    st.dictionaries(st.sampled_from(["case", "item", "queue", "x", "é"]), VALUES) | VALUES,
    max_size=6,
)


@EXAMPLES
@given(records=RECORDS, only_ascii=st.booleans(), block_bytes=st.integers(1, 64))
def test_whatever_a_writer_of_json_writes_is_read_back(
    records: list[Any], only_ascii: bool, block_bytes: int, tmp_path: Path
) -> None:
    """As lines and as a document: plain values as text, everything else refused by number."""
    terms = contract(
        columns={"case_id": "case", "item_id": "item", "queue": "queue"},
        shape={"kind": "case", "instants": {"received": ["x"]}},
        optional=["case", "item", "queue", "x"],
    )
    spelled = [json.dumps(record, ensure_ascii=only_ascii) for record in records]
    for form, content in (
        ({"kind": "jsonl"}, "\n".join(spelled)),
        ({"kind": "json"}, f"[{','.join(spelled)}]"),
    ):
        file = tmp_path / "export"
        file.write_text(content, encoding="utf-8")
        rows = read_export(file, terms.model_copy(update={"format": _form(form)}), block_bytes)
        check_conserved(rows)
        assert rows.physical_rows == len(records)
        read = dict(zip(rows.source_row.tolist(), rows.columns.to_pylist(), strict=True))
        for number, record in enumerate(records, start=1):
            plain = isinstance(record, dict) and all(
                not isinstance(record.get(name), (dict, list))
                for name in ("case", "item", "queue", "x")
            )
            finite = "Infinity" not in spelled[number - 1]
            assert (number in read) == (plain and finite)
            if number in read:
                for name in ("case", "item", "queue", "x"):
                    value = record.get(name)
                    if isinstance(value, str) or value is None:
                        assert read[number][name] == value
                    elif not isinstance(value, bool):
                        assert float(read[number][name]) == float(value)


def _form(form: dict[str, Any]) -> Any:  # noqa: ANN401  one of the formats
    return contract(format=form).format
