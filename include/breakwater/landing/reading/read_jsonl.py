"""JSON lines: one object a line; a line that is none is refused alone."""

import io
from collections.abc import Callable, Generator, Sequence
from typing import Any

from breakwater.landing.reading.json_records import JsonRecords, parse
from breakwater.landing.reading.layout import Layout, Wanted
from breakwater.landing.reading.raw_rows import RawRows


def read_jsonl(
    text: Generator[bytes], wanted: Wanted, each: Sequence[str] = ()
) -> tuple[Callable[[], Layout], Generator[RawRows]]:
    """Read the named keys of one JSON object a line.

    Args:
        text: UTF-8, in blocks of whole lines.
        wanted: which keys; a record may leave out any of them.
        each: lists whose elements are the records, outermost first.

    Raises:
        ExportRefusedError: from the rows: no record has a key that is indispensable, the keys are
            too many, or the text is another than its encoding says.
    """
    records = JsonRecords(wanted, each)
    return records.layout, _rows(text, records)


def _rows(text: Generator[bytes], records: JsonRecords) -> Generator[RawRows]:
    for block in text:
        # Only a line feed ends a line: str.splitlines would also split inside vendors' text.
        for line_and_end in io.StringIO(block.decode(), newline="\n"):
            line = line_and_end.rstrip("\r\n")
            if not line or line.isspace():
                continue
            try:
                record: Any = parse(line)
            except (ValueError, RecursionError):
                yield from records.refuse("line_unreadable", line)
            else:
                yield from records.take(record, line)
        yield from records.flush()
    records.check()
