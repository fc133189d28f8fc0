"""Read exports as a stranger would: by the format's own reader and the contract's names alone."""

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import python_calamine

from breakwater.contracts.file_format import CsvFormat, JsonLinesFormat, ParquetFormat, XlsxFormat
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.vendor import VendorContract

Row = dict[str, Any]


def exports_of(contract: VendorContract, root: Path, day: date) -> list[Path]:
    """List a vendor-day's exports in the order of their delivery."""
    folder = root / contract.vendor
    found = folder.glob(contract.source.pattern.format(day=day))
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def read_export(contract: VendorContract, path: Path) -> tuple[list[str], list[Row]]:
    """Return an export's header and its rows; empty cells are None."""
    match contract.format:
        case CsvFormat() as form:
            content = path.read_bytes()
            if form.compression == "gzip":
                content = gzip.decompress(content)
            lines = io.StringIO(content.decode(form.encoding), newline="")
            reader = csv.DictReader(lines, delimiter=form.delimiter, quotechar=form.quote)
            rows = [{name: value or None for name, value in row.items()} for row in reader]
            return list(reader.fieldnames or ()), rows
        case JsonLinesFormat():
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            header = {name: None for row in rows for name in row}
            return list(header), [header | row for row in rows]
        case XlsxFormat(sheet=sheet):
            book = python_calamine.CalamineWorkbook.from_path(path)
            header, *values = book.get_sheet_by_name(sheet).to_python()
            rows = [
                {name: None if cell == "" else cell for name, cell in zip(header, row, strict=True)}
                for row in values
            ]
            return [str(name) for name in header], rows
        case ParquetFormat():
            table = pq.read_table(path)
            return table.column_names, table.to_pylist()


def promised_columns(contract: VendorContract) -> set[str]:
    """Name every column that the contract expects."""
    assert isinstance(contract.shape, CaseShape)
    columns = contract.columns.model_dump(exclude={"record_key"}, exclude_none=True)
    instants = {name for names in contract.shape.instants.values() for name in names}
    return set(columns.values()) | instants


def instant_of(contract: VendorContract, value: str | int | None) -> int | None:
    """Return UTC seconds of an instant as the vendor writes it."""
    if value is None:
        return None
    pattern = contract.times.formats[0]
    if pattern == "epoch_milliseconds":
        return int(value) // 1000
    local = datetime.strptime(str(value), pattern).replace(tzinfo=ZoneInfo(contract.times.zone))
    return int(local.astimezone(UTC).timestamp())
