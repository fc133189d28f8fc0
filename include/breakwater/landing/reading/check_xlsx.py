"""A spreadsheet before it is opened: what it unpacks to, and how far apart its cells are."""

import re
import zipfile
from functools import cache
from pathlib import Path

from breakwater.landing.reading.refusal import ExportRefusedError, Fault
from breakwater.landing.reading.unzip import entries, unzip

MOST_BYTES = 512 * 1024**2
"""Unpacked size above which a spreadsheet is refused, whatever its source allows."""

MOST_CELLS = 20_000_000
"""Cells of the rectangle that holds all cells of a sheet: its reader makes room for each of them,
so two cells in opposite corners would ask for all the memory there is."""

BLOCK = 8 * 1024**2
LAST_ROW = 1_048_576
"""Of Excel itself."""

CELL = re.compile(rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"")
OTHER_CELL = re.compile(rb"<c[>/\t\r\n]|<[\w.-]+:c[\s/>]")
TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])([^<>]*)>")
USUAL = re.compile(rb"\s+r=\"([A-Z]{0,3})([0-9]{0,7})\"")
ATTRIBUTES = re.compile(rb"(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?")
REFERENCE = re.compile(rb"(?<![^\s])r\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{0,7})[\"']")
DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
SHEETS = re.compile(r"/?xl/worksheets/.+", re.IGNORECASE)


def checked_copy(file: Path, copy: Path, maximum_bytes: int) -> None:
    """Unpack a spreadsheet, look at it, and pack it again without compression.

    The reader gets what was checked and not what else it might find in a crafted archive.

    Raises:
        ExportRefusedError: it is no archive of plain files, unpacks to too much, declares a
            document type, or its cells are too far apart.
    """
    limit = min(maximum_bytes, MOST_BYTES)
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as packed:
        for entry in entries(file):
            if entry.is_dir():
                continue
            content = bytearray()
            for block in unzip(file, entry, BLOCK, limit):
                content += block
            limit -= len(content)
            _check_declarations(content)
            if SHEETS.match(entry.filename):
                _check_extent(content)
            packed.writestr(zipfile.ZipInfo(entry.filename), content)


def _check_declarations(content: bytearray) -> None:
    # In UTF-16 the words would stand there with a zero behind each letter.
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
    if is_wide or DECLARATIONS.search(content):
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="XML in UTF-8 without document types", found="another"
        )


def _check_extent(content: bytearray) -> None:
    """Hold the rectangle around a sheet's cells against the limit."""
    if not _is_plain(content):
        _check_each_cell(content)


def _is_plain(content: bytearray) -> bool:
    """Tell whether all cells say where they are as Excel says it, near enough to each other."""
    letters, digits, count = set[bytes](), set[bytes](), 0
    for cell in CELL.finditer(content):
        letters.add(cell[1])
        digits.add(cell[2])
        count += 1
    if OTHER_CELL.search(content) or content.count(b"<c ") != count:
        return False
    width = max(map(_number, letters), default=0)
    return width * max(map(int, digits), default=0) <= MOST_CELLS


def _check_each_cell(content: bytearray) -> None:
    extent, row, column = _Extent(), 0, 0
    for number, tag in enumerate(TAG.finditer(content)):
        if number > 2 * MOST_CELLS:
            raise ExportRefusedError(
                Fault.TOO_LARGE, expected=f"at most {MOST_CELLS} cells", found="more"
            )
        kind, attributes = tag.groups()
        letters, digits = _reference(attributes)
        if kind == b"row":
            row, column = int(digits) if digits else row + 1, 0
            continue
        column = _number(letters) if letters else column + 1
        if not attributes.endswith(b"/"):  # an empty cell has only a style
            extent.include(int(digits) if digits else row, column)


class _Extent:
    """The rectangle around cells."""

    def __init__(self) -> None:
        self._top = self._left = LAST_ROW
        self._bottom = self._right = 0

    def include(self, row: int, column: int) -> None:
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, column), max(self._right, column)
        cells = (self._bottom - self._top + 1) * (self._right - self._left + 1)
        if cells > MOST_CELLS:
            raise ExportRefusedError(
                Fault.TOO_LARGE, expected=f"at most {MOST_CELLS} cells", found=f"{cells} or more"
            )


def _reference(attributes: bytes) -> tuple[bytes, bytes]:
    """Return the letters and digits by which a row or a cell says where it stands, if it does."""
    if usual := USUAL.match(attributes):
        return usual[1], usual[2]
    if not ATTRIBUTES.fullmatch(attributes):
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="rows and cells of a sheet", found="other tags"
        )
    unusual = REFERENCE.findall(attributes)
    if len(unusual) > 1 or (not unusual and re.search(rb"(?<![^\s])r\s*=", attributes)):
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="cells such as A1", found="something else"
        )
    return unusual[0] if unusual else (b"", b"")


@cache
def _number(letters: bytes) -> int:
    """Count columns: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
