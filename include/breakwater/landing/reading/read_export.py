"""Open an export in its contract's format."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from breakwater.contracts.file_format import (
    FileFormat,
    JsonFormat,
    JsonLinesFormat,
    ParquetFormat,
    XlsxFormat,
)
from breakwater.contracts.vendor import VendorContract
from breakwater.landing.reading.layout import Layout, Wanted
from breakwater.landing.reading.lines import line_blocks
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.read_ahead import read_ahead
from breakwater.landing.reading.read_csv import read_csv
from breakwater.landing.reading.read_json import read_json
from breakwater.landing.reading.read_jsonl import read_jsonl
from breakwater.landing.reading.read_parquet import read_parquet
from breakwater.landing.reading.read_xlsx import read_xlsx
from breakwater.landing.reading.refusal import ExportRefusedError, Fault
from breakwater.landing.reading.unpack import BLOCK, unpack


@dataclass(frozen=True, slots=True)
class Export:
    """An open export.

    Attributes:
        find_layout: returns the columns seen so far.
        chunks: its rows and what is refused of it, to be read once; close it when not to the end.
    """

    find_layout: Callable[[], Layout]
    chunks: Generator[RawRows]

    @property
    def layout(self) -> Layout:
        """The columns of the file; of JSON they are known behind the last chunk only."""
        return self.find_layout()


def open_export(file: Path, contract: VendorContract, block_bytes: int = BLOCK) -> Export:
    """Open a file by its contract; columns that it does not name are never looked at.

    Memory does not grow with the file: it holds some blocks and a few chunks, whatever the size.
    Only a spreadsheet is loaded as a whole, within a limit of its own.

    Args:
        file: on the local disk.
        contract: how it is written, and which of its columns are wanted.
        block_bytes: how much is unpacked at a time. What is read does not depend on it.

    Raises:
        ExportRefusedError: the file as a whole is not what the contract says; here when it shows
            at the start, from the chunks when it shows behind it.
    """
    limit = contract.source.maximum_bytes
    return open_file(file, contract.format, Wanted.by(contract), limit, block_bytes)


def open_file(
    file: Path, form: FileFormat, wanted: Wanted, limit: int, block_bytes: int = BLOCK
) -> Export:
    """Open a file in a format; as `open_export`, for whatever is wanted of it.

    Args:
        file: on the local disk.
        form: how it is written.
        wanted: its columns.
        limit: bytes, unpacked, above which it is refused.
        block_bytes: how much is unpacked at a time.

    Raises:
        ExportRefusedError: as `open_export`.
    """
    if file.stat().st_size == 0 and not isinstance(form, JsonLinesFormat):
        raise ExportRefusedError(Fault.EMPTY, expected="an export", found="0 bytes")
    find_layout, chunks = _read(file, form, wanted, limit, block_bytes)
    # Whoever maps a chunk leaves Python's lock alone most of the time: the next is read meanwhile.
    return Export(find_layout, read_ahead(chunks))


def _read(
    file: Path, form: FileFormat, wanted: Wanted, limit: int, block_bytes: int
) -> tuple[Callable[[], Layout], Generator[RawRows]]:
    if isinstance(form, ParquetFormat):
        layout, chunks = read_parquet(file, wanted, limit)
        return lambda: layout, chunks
    if isinstance(form, XlsxFormat):
        layout, chunks = read_xlsx(file, form, wanted, limit)
        return lambda: layout, chunks
    blocks = unpack(file, form.compression, limit, block_bytes)
    if isinstance(form, JsonFormat):
        return read_json(blocks, form.records, wanted, form.each)
    if isinstance(form, JsonLinesFormat):
        return read_jsonl(line_blocks(blocks, "utf-8"), wanted, form.each)
    text = read_ahead(line_blocks(blocks, form.encoding))
    try:
        layout, chunks = read_csv(text, form, wanted)
    except ExportRefusedError:
        text.close()  # its thread has begun to read on
        blocks.close()
        raise
    return lambda: layout, chunks
