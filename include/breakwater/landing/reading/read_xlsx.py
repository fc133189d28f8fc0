"""Spreadsheets: one header row, then one record a row; calamine refuses DTDs and entities."""

import tempfile
import zipfile
from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import python_calamine

from breakwater.contracts.file_format import XlsxFormat
from breakwater.landing.reading.check_xlsx import checked_copy
from breakwater.landing.reading.layout import Layout, Wanted, find_columns
from breakwater.landing.reading.raw_rows import RawRows, RawRowsBuilder
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown


def read_xlsx(
    file: Path, form: XlsxFormat, wanted: Wanted, maximum_bytes: int
) -> tuple[Layout, Generator[RawRows]]:
    """Read the named columns of a sheet; its first row with a value is the header.

    Rows without any value are none.

    Dates become ``2026-11-01T10:00:00``, whole numbers are spelled without a decimal point. Of a
    formula the value counts that was computed when the file was written; a text that begins like
    a formula is text.

    Raises:
        ExportRefusedError: no spreadsheet, no such sheet, no header, or a column is not in it; it
            unpacks to more than a spreadsheet may.
    """
    cells = _cells(file, form.sheet, maximum_bytes)
    header = next((row for row in cells if _has_value(row)), None)
    if header is None:
        raise ExportRefusedError(Fault.EMPTY, expected="a header row", found="no row")
    layout, positions = find_columns(header, wanted)
    rows = RawRowsBuilder(wanted.names, list(positions))
    return layout, _rows(cells, rows, list(positions.values()))


def _rows(
    cells: Iterator[Sequence[object]], rows: RawRowsBuilder, places: Sequence[int]
) -> Generator[RawRows]:
    for row in cells:
        if _has_value(row):
            rows.add(tuple([_text(row[place]) for place in places]))
            if rows.is_full:
                yield rows.take()
    if not rows.is_empty:
        yield rows.take()


def _has_value(row: Sequence[object]) -> bool:
    return any(cell != "" for cell in row)


def _cells(file: Path, sheet: str, maximum_bytes: int) -> Iterator[Sequence[object]]:
    try:
        with tempfile.TemporaryDirectory(prefix="breakwater-xlsx-") as folder:
            copy = Path(folder) / "checked.xlsx"
            checked_copy(file, copy, maximum_bytes)
            found = _sheet(python_calamine.CalamineWorkbook.from_path(copy), sheet)
        yield from found.iter_rows()
    except (zipfile.BadZipFile, python_calamine.CalamineError, ValueError) as error:
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="a spreadsheet", found=shown(error)
        ) from error


def _sheet(workbook: python_calamine.CalamineWorkbook, sheet: str) -> python_calamine.CalamineSheet:
    if sheet not in workbook.sheet_names:
        raise ExportRefusedError(
            Fault.SHEET_MISSING,
            expected=repr(sheet),
            found=", ".join(map(shown, workbook.sheet_names[:5])),
        )
    return workbook.get_sheet_by_name(sheet)


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):  # how a date-time at midnight arrives
        return f"{cell.isoformat()}T00:00:00"
    return str(cell)
