"""Write a table as the file formats that contracts know; equal tables give equal bytes."""

import gzip
import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from breakwater.contracts.file_format import (
    CsvFormat,
    FileFormat,
    JsonFormat,
    JsonLinesFormat,
    ParquetFormat,
    XlsxFormat,
)
from breakwater.demo.simulator.workbook import write_workbook

CHUNK = 20_000
"""Rows that are Python objects at a time."""


def encode(table: pa.Table, file_format: FileFormat) -> bytes:
    """Return the bytes of a table in a contract's format.

    Raises:
        ValueError: more rows than a spreadsheet holds, or a format that it does not write.
    """
    match file_format:
        case CsvFormat():
            return _packed(_csv(table, file_format), file_format.compression)
        case JsonLinesFormat():
            return _packed(_json_lines(table), file_format.compression)
        case XlsxFormat():
            return write_workbook(table, file_format.sheet)
        case ParquetFormat():
            return _parquet(table)
        case JsonFormat():
            message = "the simulator writes JSON as lines only"
            raise ValueError(message)


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


def _records(table: pa.Table) -> Iterator[dict[str, str | int | float | None]]:
    for batch in table.to_batches(max_chunksize=CHUNK):
        yield from batch.to_pylist()
