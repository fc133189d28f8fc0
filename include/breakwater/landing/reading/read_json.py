"""One JSON document: its list of records is read element by element, never held as a whole."""

import codecs
import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from breakwater.landing.reading.json_records import DECODER, JsonRecords
from breakwater.landing.reading.layout import Layout, Wanted
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

LONGEST_RECORD = 8 * 1024**2
"""Characters of a record, or of anything beside the records, above which a file is refused."""

LONGEST_WORD = len("false")
SPACE = re.compile(r"[ \t\n\r]*")
UNFINISHED = re.compile(r"[-+.0-9eE]*\Z")
LENIENT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
"""Finds the end of a value of which something cannot be accepted."""


def read_json(
    content: Generator[bytes], records_path: str, wanted: Wanted, each: Sequence[str] = ()
) -> tuple[Callable[[], Layout], Generator[RawRows]]:
    """Read the named keys of the objects in a list.

    Args:
        content: the document, in UTF-8.
        records_path: dotted path of the list; the document itself when empty.
        wanted: which keys; a record may leave out any of them.
        each: lists whose elements are the records, outermost first.

    Raises:
        ExportRefusedError: from the rows: the document is none, ends early, is nested too deeply,
            or has no list there; no record has a key that is indispensable.
    """
    records = JsonRecords(wanted, each)
    path = tuple(records_path.split(".")) if records_path else ()
    return records.layout, _rows(_Document(_decoded(content)), path, records)


def _decoded(content: Generator[bytes]) -> Iterator[str]:
    decoder, seen = codecs.getincrementaldecoder("utf-8-sig")(), 0
    try:
        for block in content:
            yield decoder.decode(block)
            seen += len(block)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ExportRefusedError(
            Fault.OTHER_ENCODING, expected="utf-8", found=f"other bytes behind byte {seen}"
        ) from error


class _Document:
    """Text with a position; more of it comes when it ends."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text, self._at = "", 0

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text, self._at = self._text[self._at :] + piece, 0
        return True

    def peek(self) -> str:
        """Return the next character that is no white space; nothing at the end."""
        while True:
            found = SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> str:
        """Pass one of the expected characters and return it."""
        found = self.peek()
        if not found:
            raise ExportRefusedError(
                Fault.CUT_SHORT, expected=f"one of {expected}", found="the end of the document"
            )
        if found not in expected:
            raise _unreadable(expected=f"one of {expected}", found=ascii(found))
        self._at += 1
        return found

    def members(self, brackets: str) -> Iterator[None]:
        """Stop at every member of a list or an object, for the caller to pass it."""
        opening, closing = brackets[0], brackets[1]
        self.take(opening)
        if self.peek() == closing:
            self.take(closing)
            return
        yield
        while self.take(f",{closing}") == ",":
            yield

    def value(self, decoder: json.JSONDecoder) -> tuple[Any, str]:
        """Pass a value; return it and how it is spelled.

        Raises:
            ValueError: there is none that the decoder accepts.
        """
        self.peek()
        while True:
            window = len(self._text) - self._at
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except ValueError:
                if window > LONGEST_RECORD or not self._more():
                    raise
                continue
            except RecursionError as error:
                raise _unreadable(
                    expected="a document that is not deep", found="a deep one"
                ) from error
            # What ends with the piece may go on in the next: "1" in "1.", and "1." in "1.5".
            may_go_on = UNFINISHED.match(self._text, end) and window <= LONGEST_RECORD
            if may_go_on and self._more():
                continue
            if end - self._at > LONGEST_RECORD:
                raise _unreadable(
                    expected=f"records of at most {LONGEST_RECORD} characters", found="more"
                )
            spelled, self._at = self._text[self._at : end], end
            return value, spelled

    def passed(self) -> tuple[Any, str]:
        """Pass a value that is only looked at, or of which something cannot be accepted."""
        try:
            return self.value(LENIENT)
        except json.JSONDecodeError as error:
            left = len(self._text) - error.pos
            is_at_end = left <= LONGEST_WORD or error.msg.startswith("Unterminated")
            is_long = len(self._text) - self._at > LONGEST_RECORD
            raise ExportRefusedError(
                Fault.CUT_SHORT if is_at_end and not is_long else Fault.UNREADABLE,
                expected=f"JSON, and values of at most {LONGEST_RECORD} characters",
                found="something else",
            ) from error


def _rows(document: _Document, path: Sequence[str], records: JsonRecords) -> Generator[RawRows]:
    if not document.peek():
        raise ExportRefusedError(Fault.EMPTY, expected="a document", found="nothing")
    yield from _below(document, path, records)
    if document.peek():
        raise _unreadable(expected="one document", found="text behind it")
    yield from records.flush()
    records.check()


def _below(document: _Document, path: Sequence[str], records: JsonRecords) -> Iterator[RawRows]:
    """Read the list at a path and pass whatever stands beside it."""
    if not path:
        for _ in document.members("[]"):
            yield from _element(document, records)
        return
    is_found = False
    for _ in document.members("{}"):
        if document.peek() != '"':
            document.take('"')
        key, _ = document.passed()
        document.take(":")
        if key != path[0]:
            document.passed()
        elif is_found:
            raise _unreadable(expected=f"one key {path[0]!r}", found="two")
        else:
            is_found = True
            yield from _below(document, path[1:], records)
    if not is_found:
        raise _unreadable(expected=f"a list of records below {path[0]!r}", found="none")


def _element(document: _Document, records: JsonRecords) -> Iterator[RawRows]:
    try:
        record, spelled = document.value(DECODER)
    except ValueError:
        _, spelled = document.passed()
        yield from records.refuse("line_unreadable", spelled)
    else:
        yield from records.take(record, spelled)


def _unreadable(*, expected: str, found: str) -> ExportRefusedError:
    return ExportRefusedError(Fault.UNREADABLE, expected=expected, found=found)
