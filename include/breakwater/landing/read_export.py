"""Read an export in its contract's format."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from breakwater.contracts.file_format import CsvFormat, JsonLinesFormat, ParquetFormat, XlsxFormat
from breakwater.contracts.vendor import VendorContract
from breakwater.landing.layout import Layout
from breakwater.landing.raw_rows import RawRows
from breakwater.landing.read_csv import read_csv
from breakwater.landing.read_jsonl import read_jsonl
from breakwater.landing.read_parquet import read_parquet
from breakwater.landing.read_xlsx import read_xlsx
from breakwater.landing.refusal import ExportRefusedError, Fault
from breakwater.landing.unpack import decode, unpack


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


def open_export(file: Path, contract: VendorContract) -> Export:
    """Open a file by its contract.

    Raises:
        ExportRefusedError: the file as a whole is not what the contract says; here when it shows
            at the start, from the chunks when it shows behind it.
    """
    rows = read_export(file, contract)
    return Export(lambda: Layout(contract.column_names), (each for each in [rows]))


def read_export(file: Path, contract: VendorContract) -> RawRows:
    """Read a file as text; columns that the contract does not name are never looked at.

    Raises:
        ExportRefusedError: the file as a whole is not what the contract says.
    """
    form, names = contract.format, contract.column_names
    limit = contract.source.maximum_bytes
    if file.stat().st_size == 0 and not isinstance(form, JsonLinesFormat):
        raise ExportRefusedError(Fault.EMPTY, expected="an export", found="0 bytes")
    if isinstance(form, CsvFormat):
        content = unpack(file, form.compression, limit)
        return read_csv(decode(content, form.encoding), form, names)
    if isinstance(form, JsonLinesFormat):
        text = decode(unpack(file, form.compression, limit), "utf-8")
        return read_jsonl(text, names, contract.indispensable_columns)
    if isinstance(form, XlsxFormat):
        return read_xlsx(file, form, names, limit)
    if isinstance(form, ParquetFormat):
        return read_parquet(file, names, limit)
    raise NotImplementedError(form.kind)
