"""Spreadsheets: one header row, then one record a row; calamine refuses DTDs and entities."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import python_calamine

from breakwater.contracts.file_format import XlsxFormat
from breakwater.landing.layout import Wanted, find_columns
from breakwater.landing.raw_rows import RawRows, RawRowsBuilder
from breakwater.landing.refusal import ExportRefusedError, Fault, shown


def read_xlsx(file: Path, form: XlsxFormat, names: Sequence[str], maximum_bytes: int) -> RawRows:
    """Read the named columns of a sheet. Rows without any value are none.

    Dates become ``2026-11-01T10:00:00``, whole numbers are spelled without a decimal point.

    Raises:
        ExportRefusedError: no spreadsheet, no such sheet, no header, or a column is not in it.
    """
    cells = _rows(file, form.sheet, maximum_bytes)
    header = next(cells, None)
    if header is None:
        raise ExportRefusedError(Fault.EMPTY, expected="a header row", found="no row")
    _, found = find_columns(header, Wanted(tuple(names)))
    positions = [found[name] for name in names]
    rows = RawRowsBuilder(names)
    for row in cells:
        if any(cell != "" for cell in row):
            rows.add([_text(row[position]) for position in positions])
    return rows.build()


def _rows(file: Path, sheet: str, maximum_bytes: int) -> Iterator[Sequence[object]]:
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > maximum_bytes:
            raise ExportRefusedError(
                Fault.TOO_LARGE,
                expected=f"at most {maximum_bytes} bytes",
                found=f"{unpacked}",
            )
        workbook = python_calamine.CalamineWorkbook.from_path(file)
        if sheet not in workbook.sheet_names:
            raise ExportRefusedError(
                Fault.SHEET_MISSING,
                expected=repr(sheet),
                found=", ".join(map(shown, workbook.sheet_names[:5])),
            )
        found = workbook.get_sheet_by_name(sheet)
        yield from found.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError) as error:
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="a spreadsheet", found=shown(error)
        ) from error


def _text(cell: object) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):  # how a date-time at midnight arrives
        return f"{cell.isoformat()}T00:00:00"
    return None if cell == "" else str(cell)
