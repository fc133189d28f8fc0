"""Delimited text, read so that one bad line costs one record and never its neighbours."""

import csv
import io
from collections.abc import Iterator, Sequence
from operator import itemgetter

from breakwater.contracts.file_format import CsvFormat
from breakwater.landing.layout import Wanted, find_columns
from breakwater.landing.raw_rows import RawRows, RawRowsBuilder
from breakwater.landing.read_plain_csv import read_plain_csv
from breakwater.landing.refusal import ExportRefusedError, Fault


class _Lines(Iterator[str]):
    """Physical lines with a position that can be moved back."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0

    def __next__(self) -> str:
        if self.position == len(self.lines):
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]


def read_csv(text: str, form: CsvFormat, names: Sequence[str]) -> RawRows:
    """Read the named columns, two or more, of delimited text with one header row.

    A quoted field may span lines. Where that gives no record of the header's width (a quote that
    nobody closed), the line on which it began is refused alone and reading goes on behind it, so
    every line belongs to exactly one record. Empty lines are none.

    Raises:
        ExportRefusedError: there is no header, or a named column is not in it.
    """
    # Only a line feed ends a line: str.splitlines would also split inside vendors' text.
    stream = io.StringIO(text, newline="\n")
    header = _header(stream, form)
    _, found = find_columns(header, Wanted(tuple(names)))
    positions, width = [found[name] for name in names], len(header)
    plain = read_plain_csv(text, form, width, dict(zip(names, positions, strict=True)))
    return plain or _read_carefully(_Lines(stream.readlines()), form, width, positions, names)


def _reader(lines: Iterator[str], form: CsvFormat) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)


def _header(stream: io.StringIO, form: CsvFormat) -> list[str]:
    try:
        header = next(_reader(stream, form), [])
    except csv.Error as error:
        raise ExportRefusedError(
            Fault.HEADER_UNREADABLE, expected="one line of column names", found="stray quotes"
        ) from error
    if not header:
        raise ExportRefusedError(Fault.EMPTY, expected="a header row", found="no row")
    return header


def _read_carefully(
    lines: _Lines,
    form: CsvFormat,
    width: int,
    positions: Sequence[int],
    names: Sequence[str],
) -> RawRows:
    reader, rows, pick = _reader(lines, form), RawRowsBuilder(names), itemgetter(*positions)
    while True:
        start = lines.position
        try:
            fields = next(reader)
        except StopIteration:
            return rows.build()
        except csv.Error:
            fields = None
        if fields is not None and len(fields) == width:
            rows.add(pick(fields))
        elif fields != []:
            is_one_line = fields is not None and lines.position == start + 1
            lines.position = start + 1
            reason = "field_count_wrong" if is_one_line else "line_unreadable"
            rows.refuse(reason, lines.lines[start])
