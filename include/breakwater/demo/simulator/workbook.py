"""A spreadsheet of one sheet, written as XML a column at a time.

A row of thirty cells costs a library some hundred microseconds; a million cases need that of the
simulator a hundred thousand times. What is written here is the least that Office Open XML asks for:
text is inline and stays text, numbers are numbers, nothing has a style.
"""

import io
import zipfile
from xml.sax.saxutils import quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SHEET_ROWS = 1_048_575
"""Rows below the header that a sheet can hold."""
CHUNK = 20_000
"""Rows that are text in memory at a time."""
LETTERS = 26

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MIME}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_MIME}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}


def write_workbook(table: pa.Table, sheet: str) -> bytes:
    """Return the bytes of a workbook with one sheet: a header row, then the table's rows.

    Args:
        table: columns of text and of numbers; nulls become no cell at all.
        sheet: the sheet's name.

    Raises:
        ValueError: more rows than a sheet holds.
    """
    if table.num_rows > SHEET_ROWS:
        message = f"a sheet holds {SHEET_ROWS} rows; found {table.num_rows}"
        raise ValueError(message)
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in {**_PARTS, "xl/workbook.xml": book}.items():
            archive.writestr(_entry(name), _DECLARATION + text)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as part:
            part.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            header = pa.table({name: [name] for name in table.column_names})
            part.write(_rows(header, first=1))
            for start in range(0, table.num_rows, CHUNK):
                part.write(_rows(table.slice(start, CHUNK), first=start + 2))
            part.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Name a part of the archive, with the oldest date there is: bytes depend on rows alone."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _rows(table: pa.Table, first: int) -> bytes:
    """Write rows as XML; the first one has a number of its own, counted from 1."""
    number = pa.array(np.arange(first, first + table.num_rows)).cast(pa.string())
    cells = [
        _cells(_column_name(index), number, column.combine_chunks())
        for index, column in enumerate(table.columns)
    ]
    rows = pc.binary_join_element_wise('<row r="', number, '">', *cells, "</row>", "")
    return "".join(rows.to_pylist()).encode()


def _cells(name: str, number: pa.Array, values: pa.Array) -> pa.Array:
    start = pc.binary_join_element_wise(f'<c r="{name}', number, "")
    if pa.types.is_string(values.type):
        opening, text, closing = ' t="inlineStr"><is><t>', _escaped(values), "</t></is></c>"
    else:
        opening, text, closing = "><v>", values.cast(pa.string()), "</v></c>"
    cells = pc.binary_join_element_wise(start, f'"{opening}', text, closing, "")
    return pc.fill_null(cells, "")


def _escaped(values: pa.Array) -> pa.Array:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        if pc.any(pc.match_substring(values, sign)).as_py():
            values = pc.replace_substring(values, sign, entity)
    return values


def _column_name(index: int) -> str:
    """Name a column as spreadsheets do: A to Z, then AA."""
    name = ""
    while index >= 0:
        index, letter = divmod(index, LETTERS)
        name = chr(ord("A") + letter) + name
        index -= 1
    return name
