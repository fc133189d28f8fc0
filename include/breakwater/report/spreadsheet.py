"""A digest's tables as a spreadsheet: for those who go on counting.

Text goes into cells by ``write_string`` alone, so that no vendor's text becomes a formula or a
link; the bytes depend on the digest alone.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from breakwater.report.message import Digest, Edition, Measured

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS = {"rate": "0.0%", "seconds": "#,##0", "hours": "#,##0.0", "cases": "#,##0"}
_UNITS = {"rate": "share", "seconds": "seconds", "hours": "hours", "cases": "cases"}
_WIDTHS = (34, 16, 16, 16, 16, 60)

Cell = str | Measured
"""Text, or a number that the spreadsheet goes on counting with."""


def render_spreadsheet(edition: Edition) -> bytes:
    """Render the sheets *Numbers*, *Conditions*, the table's own, and *What this rests on*."""
    from xlsxwriter import Workbook  # noqa: PLC0415  only editions that are mailed need it

    digest, file = edition.digest, io.BytesIO()
    book = Workbook(file, _OPTIONS)
    day = digest.day
    book.set_properties(
        {
            "title": f"{digest.title}, {day.isoformat()}, edition {edition.number}",
            "created": datetime(day.year, day.month, day.day, tzinfo=UTC),
        }
    )
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {unit: book.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
    for title, heads, rows in _sheets(digest):
        sheet = book.add_worksheet(title)
        for place, width in enumerate(_WIDTHS[: len(heads)]):
            sheet.set_column(place, place, width)
        for place, text in enumerate(heads):
            sheet.write_string(0, place, text, head)
        for row, cells in enumerate(rows, 1):
            for place, cell in enumerate(cells):
                _write(sheet, row, place, cell, formats)
        sheet.freeze_panes(1, 1)
    book.close()
    return file.getvalue()


def _sheets(digest: Digest) -> Iterator[tuple[str, list[str], list[list[Cell]]]]:
    """List each sheet: its name, its heads, its rows."""
    if digest.tiles:
        yield (
            "Numbers",
            ["Number", "Value", "Unit", "Against usual", "Usual"],
            [
                [
                    f"{tile.label} ({tile.caption})" if tile.caption else tile.label,
                    tile.measured or tile.value,
                    _UNITS.get(tile.measured.unit, "") if tile.measured else "",
                    tile.difference,
                    tile.usual,
                ]
                for tile in digest.tiles
            ],
        )
    conditions: list[list[Cell]] = [
        [section.title, line.word, line.where, line.what, line.number, line.note]
        for section in digest.sections
        for line in section.lines
    ]
    yield "Conditions", ["Topic", "Severity", "Where", "What", "Number", "Note"], conditions
    if digest.table:
        table = digest.table
        yield (
            table.title,
            [table.first_column, *(column.title for column in table.columns)],
            [
                [row.name, *(cell.measured or cell.value for cell in row.cells)]
                for row in table.rows
            ],
        )
    yield "What this rests on", ["What this rests on"], [[line] for line in digest.quality]


def _write(sheet: Any, row: int, place: int, cell: Cell, formats: dict[str, Any]) -> None:  # noqa: ANN401  XlsxWriter has no types
    if isinstance(cell, Measured):
        sheet.write_number(row, place, cell.value, formats.get(cell.unit))
    else:
        sheet.write_string(row, place, cell)
