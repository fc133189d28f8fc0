"""Whether a file holds any record at all: two quiet days may have equal bytes."""

import codecs
import gzip
import json
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine
from backports import zstd

from breakwater.contracts.file_format import (
    CsvFormat,
    FileFormat,
    JsonFormat,
    ParquetFormat,
    XlsxFormat,
)

ENOUGH = 64 * 1024
"""Bytes, unpacked, in which a file that holds nothing ends."""

_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    IndexError,
    RuntimeError,  # a zip with a password
    NotImplementedError,  # a zip packed in another way
    zlib.error,
    zipfile.BadZipFile,
    zstd.ZstdError,
    pa.ArrowException,
    python_calamine.CalamineError,
)


def holds_records(local: Path, form: FileFormat) -> bool:
    """Tell whether a file holds more than a header or an empty list; True when in doubt."""
    try:
        if isinstance(form, ParquetFormat):
            return int(pq.read_metadata(local).num_rows) > 0
        if isinstance(form, XlsxFormat):
            return local.stat().st_size > ENOUGH or _holds_rows(local, form.sheet)
        start = _start_of(local, form.compression)
    except _BROKEN:
        return True  # landing says what is wrong with it
    if len(start) == ENOUGH:
        return True
    if isinstance(form, JsonFormat):
        return _holds_objects(start, form.records)
    encoding = form.encoding if isinstance(form, CsvFormat) else "utf-8"
    text = codecs.decode(start, encoding, "replace").removeprefix("\ufeff")
    lines = sum(1 for line in text.splitlines() if line.strip())
    return lines > (1 if isinstance(form, CsvFormat) else 0)


def _holds_rows(local: Path, sheet: str) -> bool:
    rows = python_calamine.CalamineWorkbook.from_path(local).get_sheet_by_name(sheet).to_python()
    return sum(1 for row in rows if any(cell != "" for cell in row)) > 1


def _start_of(local: Path, compression: str) -> bytes:
    if compression == "gzip":
        with gzip.open(local) as unpacked:
            return unpacked.read(ENOUGH)
    if compression == "zstd":
        with zstd.open(local) as content:
            return content.read(ENOUGH)
    if compression == "zip":
        with zipfile.ZipFile(local) as archive, archive.open(archive.infolist()[0]) as member:
            return member.read(ENOUGH)
    with local.open("rb") as stream:
        return stream.read(ENOUGH)


def _holds_objects(content: bytes, path: str) -> bool:
    try:
        found = json.loads(content)
        for key in filter(None, path.split(".")):
            found = found[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        return True
    return found not in ([], None)
