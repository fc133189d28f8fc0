"""Delimited text, read so that one bad line costs one record and never its neighbours."""

import csv
import io
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

from breakwater.contracts.file_format import CsvFormat
from breakwater.landing.reading.layout import (
    Layout,
    Wanted,
    check_column_count,
    find_columns,
)
from breakwater.landing.reading.raw_rows import RawRows, RawRowsBuilder, arranged, refused_row
from breakwater.landing.reading.read_plain_csv import PlainRows, read_plain_csv
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

LONGEST_RECORD = 8 * 1024**2
"""Characters of a record over several lines above which its first line is refused alone."""

PIECE = 1024**2
"""Bytes that are read the careful way at a time."""

MOST_READ_AGAIN = 64 * 1024**2, 4
"""Characters that may be read again behind quotes nobody closed: so many, and so many times those
read in all. Without it a file of a few megabytes could keep the reader busy for days."""

Pick = Callable[[Sequence[str]], Sequence[str]]


class _Blocks:
    """Blocks of lines, of which one can be handed back."""

    def __init__(self, blocks: Generator[bytes]) -> None:
        self._blocks = blocks
        self._back: list[bytes] = []

    def next(self) -> bytes | None:
        return self._back.pop() if self._back else next(self._blocks, None)

    def hand_back(self, block: bytes) -> None:
        if block:
            self._back.append(block)


class _Lines(Iterator[str]):
    """The lines of a block with a position that can be moved back; more blocks when they end."""

    def __init__(self, block: bytes, blocks: _Blocks) -> None:
        self._blocks = blocks
        self.lines = _split(block)
        self.own = len(self.lines)
        """Lines of the block itself."""
        self.position = 0
        self.length = 0
        """Characters of the record that is being read."""

    def __next__(self) -> str:
        if self.position == len(self.lines):
            block = self._blocks.next()
            if block is None:
                raise StopIteration
            self.lines += _split(block)
        line = self.lines[self.position]
        self.length += len(line)
        if self.length > LONGEST_RECORD:
            raise csv.Error
        self.position += 1
        return line

    def hand_back(self) -> None:
        """Return the lines that were not read."""
        self._blocks.hand_back("".join(self.lines[self.position :]).encode())


def _pieces(block: bytes) -> list[bytes]:
    """Cut a block behind line feeds."""
    pieces, start = [], 0
    while start < len(block):
        end = block.rfind(b"\n", start, start + PIECE) + 1 or block.find(b"\n", start) + 1
        pieces.append(block[start : end or len(block)])
        start += len(pieces[-1])
    return pieces


def _split(block: bytes) -> list[str]:
    # Only a line feed ends a line: str.splitlines would also split inside vendors' text.
    return io.StringIO(block.decode(), newline="\n").readlines()


def read_csv(
    text: Generator[bytes], form: CsvFormat, wanted: Wanted
) -> tuple[Layout, Generator[RawRows]]:
    """Read the named columns of delimited text with one header row.

    A quoted field may span lines. Where that gives no record of the header's width (a quote that
    nobody closed), the line on which it began is refused alone and reading goes on behind it, so
    every line belongs to exactly one record. Empty lines are none.

    Args:
        text: UTF-8, in blocks of whole lines.
        form: delimiter and quote.
        wanted: which columns.

    Raises:
        ExportRefusedError: there is no header, or a named column is not in it; from the rows: the
            text is another than its encoding says, or most of it is behind unclosed quotes.
    """
    blocks = _Blocks(text)
    header = _header(blocks, form)
    layout, positions = find_columns(header, wanted)
    reader = _Reader(form, len(header), positions, wanted.names)
    return layout, reader.rows(blocks)


def _reader(lines: Iterator[str], form: CsvFormat) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)


def _header(blocks: _Blocks, form: CsvFormat) -> list[str]:
    block = blocks.next()
    if block is None:
        raise ExportRefusedError(Fault.EMPTY, expected="a header row", found="no row")
    first_line = block[: block.find(b"\n") + 1] or block
    check_column_count(first_line.count(form.delimiter.encode()) + 1)
    lines = _Lines(block, blocks)
    try:
        header = next(_reader(lines, form), [])
    except csv.Error as error:
        raise ExportRefusedError(
            Fault.HEADER_UNREADABLE, expected="one line of column names", found="stray quotes"
        ) from error
    if not header:
        raise ExportRefusedError(Fault.EMPTY, expected="a header row", found="no row")
    lines.hand_back()
    return header


class _Reader:
    """Reads records of one width."""

    def __init__(
        self, form: CsvFormat, width: int, positions: Mapping[str, int], names: Sequence[str]
    ) -> None:
        self._form, self._width, self._positions, self._names = form, width, positions, names
        self._rows = RawRowsBuilder(names, list(positions))
        self._read = self._read_again = 0

    def rows(self, blocks: _Blocks) -> Generator[RawRows]:
        """Read blocks by Arrow where everything is in order, by the careful way where not."""
        while (block := blocks.next()) is not None:
            plain = read_plain_csv(block, self._form, self._width, self._positions)
            if plain is not None:
                yield from self._numbered(plain)
                yield from self._read_on(plain.rest, blocks)
                self._read += len(block) - len(plain.rest)
            elif len(pieces := _pieces(block)) > 1:
                # Most of them are in order: one bad line costs the others no time.
                for piece in reversed(pieces):
                    blocks.hand_back(piece)
            else:
                self._read += len(block)
                yield from self._read_carefully(block, blocks)

    def _numbered(self, plain: PlainRows) -> Iterator[RawRows]:
        before, count = self._rows.count, len(plain.numbers)
        self._rows.count += count + len(plain.wrong)
        wrong = (
            refused_row(before + number, "field_count_wrong", line) for number, line in plain.wrong
        )
        columns = arranged(plain.columns, self._names, count)
        yield from RawRows(columns, plain.numbers + before, tuple(wrong)).parts()

    def _read_on(self, rest: bytes, blocks: _Blocks) -> Iterator[RawRows]:
        """Put the beginning of a record before the block in which it goes on."""
        following = blocks.next() if rest else None
        if following is not None:
            blocks.hand_back(rest + following)
        elif rest:
            yield from self._read_carefully(rest, blocks)

    def _read_carefully(self, block: bytes, blocks: _Blocks) -> Generator[RawRows]:
        lines, rows = _Lines(block, blocks), self._rows
        reader, places = _reader(lines, self._form), list(self._positions.values())
        while lines.position < lines.own:
            start, lines.length = lines.position, 0
            try:
                fields = next(reader)
            except StopIteration:
                break
            except csv.Error:
                fields = None
            if fields is not None and len(fields) == self._width:
                rows.add(tuple([fields[place] for place in places]))
            elif fields != []:
                is_one_line = fields is not None and lines.position == start + 1
                self._count_again(lines.length - len(lines.lines[start]))
                lines.position = start + 1
                reason = "field_count_wrong" if is_one_line else "line_unreadable"
                rows.refuse(reason, lines.lines[start].rstrip("\r\n"))
            if rows.is_full:
                yield rows.take()
        lines.hand_back()
        if not rows.is_empty:
            yield rows.take()

    def _count_again(self, characters: int) -> None:
        self._read_again += characters
        least, times = MOST_READ_AGAIN
        if self._read_again > least + times * self._read:
            raise ExportRefusedError(
                Fault.UNREADABLE, expected="quotes that are closed", found="too many that are not"
            )
