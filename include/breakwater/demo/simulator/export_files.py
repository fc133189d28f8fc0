"""Write a table as the file formats that contracts know; equal tables give equal bytes."""

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter

from breakwater.contracts.vendor import (
    CsvFormat,
    FileFormat,
    JsonLinesFormat,
    ParquetFormat,
    XlsxFormat,
)

CHUNK = 20_000
"""Rows that are Python objects at a time."""
SHEET_ROWS = 1_048_575
MADE_AT = datetime(2020, 1, 1, tzinfo=UTC)
"""Written into spreadsheets as their creation, so that their bytes depend on the rows alone."""


def encode(table: pa.Table, file_format: FileFormat) -> bytes:
    """Return the bytes of a table in a contract's format.

    Raises:
        ValueError: more rows than a spreadsheet holds.
    """
    match file_format:
        case CsvFormat():
            return _packed(_csv(table, file_format), file_format.compression)
        case JsonLinesFormat():
            return _packed(_json_lines(table), file_format.compression)
        case XlsxFormat():
            return _xlsx(table, file_format.sheet)
        case ParquetFormat():
            return _parquet(table)


def _packed(content: bytes, compression: str) -> bytes:
    # No file name and no instant in the header.
    return gzip.compress(content, 5, mtime=0) if compression == "gzip" else content


def _csv(table: pa.Table, file_format: CsvFormat) -> bytes:
    stream = io.BytesIO()
    pacsv.write_csv(table, stream, pacsv.WriteOptions(delimiter=file_format.delimiter))
    content = stream.getvalue()
    if file_format.encoding == "utf-8":
        return content
    return content.decode().encode(file_format.encoding)


def _json_lines(table: pa.Table) -> bytes:
    lines = []
    for row in _records(table):
        known = {name: value for name, value in row.items() if value is not None}
        lines.append(json.dumps(known, ensure_ascii=False, separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="snappy")
    return stream.getvalue()


def _xlsx(table: pa.Table, sheet: str) -> bytes:
    if table.num_rows > SHEET_ROWS:
        message = f"a spreadsheet holds {SHEET_ROWS} rows; found {table.num_rows}"
        raise ValueError(message)
    stream = io.BytesIO()
    # Text stays text: a note that looks like a formula or a link must arrive as it was typed.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": MADE_AT.replace(tzinfo=None)})
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, table.column_names)
        for index, row in enumerate(_records(table), start=1):
            for column, value in enumerate(row.values()):
                if isinstance(value, str):
                    page.write_string(index, column, value)
                elif value is not None:
                    page.write_number(index, column, value)
    return stream.getvalue()


def _records(table: pa.Table) -> Iterator[dict[str, str | int | float | None]]:
    for batch in table.to_batches(max_chunksize=CHUNK):
        yield from batch.to_pylist()
