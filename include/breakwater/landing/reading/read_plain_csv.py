"""Delimited text in which everything is in order: the common case, read by Arrow."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from breakwater.contracts.file_format import CsvFormat
from breakwater.landing.reading.lines import has_long_line, has_stray_return
from breakwater.landing.reading.raw_rows import Rows

LONGEST_FIELD = csv.field_size_limit()
"""Characters of a field above which the careful reader refuses a record."""

MOST_WRONG_LINES = 1000
"""Lines of another width in a block above which it is left to the careful reader."""

Places = npt.NDArray[np.int64]
LINE_FEED, CARRIAGE_RETURN = b"\n"[0], b"\r"[0]


@dataclass(frozen=True, slots=True)
class PlainRows:
    """What the records of a block are.

    Attributes:
        columns: text by name.
        numbers: 1-based number of each row among the records of the block.
        wrong: number and line of every record that has another number of fields.
        rest: what follows the last whole record.
    """

    columns: Mapping[str, pa.ChunkedArray]
    numbers: Rows
    wrong: Sequence[tuple[int, str]]
    rest: bytes


def read_plain_csv(
    block: bytes, form: CsvFormat, width: int, positions: Mapping[str, int]
) -> PlainRows | None:
    """Read whole lines, the first of which begins a record.

    Returns:
        None when anything is not in order: a carriage return inside a line, a quote that does not
        enclose a field, a field that is too long. The careful reader then tells what is at fault.
    """
    if not (form.delimiter.isascii() and form.quote.isascii()):
        return None
    if has_stray_return(block) or has_long_line(block, LONGEST_FIELD):
        return None
    is_quoted = form.quote.encode() in block
    end = _end_of_quoted_records(block, form) if is_quoted else len(block)
    if not end:
        return None
    return _parse(block, end, form, width, positions, is_quoted=is_quoted)


def _parse(
    block: bytes,
    end: int,
    form: CsvFormat,
    width: int,
    positions: Mapping[str, int],
    *,
    is_quoted: bool,
) -> PlainRows | None:
    names = [str(position) for position in range(width)]
    wanted = {name: names[position] for name, position in positions.items()}
    wrong: list[tuple[int, str]] = []

    def take_wrong(row: pa.csv.InvalidRow) -> str:
        wrong.append((row.number, row.text))
        # Where a quoted field may span lines, the careful reader says which line is at fault.
        return "error" if is_quoted or len(wrong) > MOST_WRONG_LINES else "skip"

    try:
        table = pa.csv.read_csv(
            pa.py_buffer(block).slice(0, end),
            # One thread: rows have numbers then. Threads work beside this one, on other blocks.
            read_options=pa.csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quote if is_quoted else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=is_quoted,
                invalid_row_handler=take_wrong,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=list(dict.fromkeys(wanted.values())),
                check_utf8=False,  # all of the block is known to be
            ),
        )
    except pa.ArrowInvalid:
        return None
    if wrong and _has_empty_line(block):
        return None  # do those count, too?
    numbers = np.arange(1, table.num_rows + len(wrong) + 1, dtype=np.int64)
    if wrong:
        numbers = np.delete(numbers, [number - 1 for number, _ in wrong])
    columns = {name: table.column(column) for name, column in wanted.items()}
    return PlainRows(columns, numbers, wrong, block[end:])


def _has_empty_line(block: bytes) -> bool:
    return block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block


def _end_of_quoted_records(block: bytes, form: CsvFormat) -> int:
    """Find where the last whole record ends; 0 when a quote does not enclose a field.

    Quotes take turns in opening and closing; a doubled one closes and opens at once. So an opening
    one must begin a field and a closing one must end it, or the other of the pair must be beside.
    """
    text = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(text == ord(form.quote))
    line_feeds = np.flatnonzero(text == LINE_FEED)
    is_outside = np.searchsorted(quotes, line_feeds) % 2 == 0
    ends = line_feeds[is_outside]
    end = len(block) if not len(quotes) % 2 else int(ends[-1]) + 1 if len(ends) else 0
    quotes = quotes[: np.searchsorted(quotes, end)]
    longest = np.diff(ends, prepend=-1, append=len(block) - 1).max()
    if len(quotes) % 2 or longest > LONGEST_FIELD:
        return 0
    return end if _enclose(text, quotes, form) else 0


def _enclose(text: npt.NDArray[np.uint8], quotes: Places, form: CsvFormat) -> bool:
    opening, closing = quotes[0::2], quotes[1::2]
    is_doubled = opening[1:] == closing[:-1] + 1
    before, behind = np.zeros(256, dtype=bool), np.zeros(256, dtype=bool)
    before[[ord(form.delimiter), LINE_FEED]] = True
    behind[[ord(form.delimiter), LINE_FEED, CARRIAGE_RETURN]] = True
    begins = before[text[opening - 1]]
    begins[:1] |= opening[:1] == 0
    begins[1:] |= is_doubled
    last = closing[-1:] == len(text) - 1
    following = text[np.minimum(closing + 1, len(text) - 1)]
    ends = behind[following]
    ends[-1:] |= last
    ends[:-1] |= is_doubled
    return bool(begins.all() and ends.all())
