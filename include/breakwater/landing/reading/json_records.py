"""Records from JSON values: keys by path, values spelled as text, strange ones refused alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn

from breakwater.landing.reading.layout import Layout, Wanted, check_column_count, trimmed
from breakwater.landing.reading.nested import Found, Unrolling
from breakwater.landing.reading.raw_rows import RawRows, RawRowsBuilder
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

MOST_SHAPES = 1000
"""Different orders of keys that are remembered, so that they need not be looked at again."""

LONGEST_KEY = 300
"""Characters of a key that the layout keeps."""


class _RepeatedKeyError(ValueError):
    """An object names a key twice: readers disagree which value counts."""


def parse(text: str) -> object:
    """Parse JSON as RFC 8259 has it, every key once.

    Raises:
        ValueError: it is none.
        RecursionError: it is nested too deeply.
    """
    return DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _RepeatedKeyError
    return record


def _no_constant(_: str) -> NoReturn:
    raise ValueError  # NaN and Infinity are no JSON


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


class JsonRecords:
    """Takes objects one by one and makes chunks of records of them."""

    def __init__(self, wanted: Wanted, each: Sequence[str]) -> None:
        """Start with nothing."""
        self._wanted = wanted
        self._unrolling = Unrolling(wanted, each)
        self._rows = RawRowsBuilder(wanted.names)
        self._good = 0
        self._keys: set[str] = set()
        self._shapes: set[tuple[str, ...]] = set()

    def refuse(self, reason: str, content: str) -> Iterator[RawRows]:
        """Take a record that cannot be read; yield the chunk before it when that is full."""
        if self._rows.is_full:
            yield self._rows.take()
        self._rows.refuse(reason, content)

    def take(self, record: object, content: str) -> Iterator[RawRows]:
        """Take the records that a value holds; yield the chunks that become full.

        Args:
            record: what was parsed.
            content: how it was spelled.
        """
        if not isinstance(record, dict):
            yield from self.refuse("line_unreadable", content)
            return
        self._note_keys(record)
        # A lone surrogate is legal in JSON and is no text; only an escape can spell one.
        may_be_half = "\\u" in content
        for found in self._unrolling.records(record):
            if self._rows.is_full:
                yield self._rows.take()
            own = content if found.element is record else None
            if found.reason is None:
                self._take_values(found, own, may_be_half=may_be_half)
            else:
                self._rows.refuse(found.reason, _spelled(found.element, own))

    def flush(self) -> Iterator[RawRows]:
        """Yield what was taken since the last chunk."""
        if not self._rows.is_empty:
            yield self._rows.take()

    def layout(self) -> Layout:
        """Return the keys seen so far."""
        spelled_otherwise = {
            alias: name
            for name in self._wanted.names
            for alias in self._wanted.aliases.get(name, ())
            if alias in self._keys and name not in self._keys
        }
        absent = tuple(name for name in self._wanted.names if name not in self._unrolling.found)
        return Layout(tuple(sorted(self._keys)), spelled_otherwise, absent, self._wanted.meanings)

    def check(self) -> None:
        """Look at the whole once every record was taken.

        Raises:
            ExportRefusedError: no record has an indispensable key.
        """
        absent = [name for name in self._wanted.indispensable if name not in self._unrolling.found]
        if absent and self._good:
            raise ExportRefusedError(
                Fault.COLUMN_MISSING,
                expected=", ".join(map(repr, absent[:5])),
                found=f"{len(self._keys)} other keys in {self._rows.count} records",
            )

    def _take_values(self, found: Found, content: str | None, *, may_be_half: bool) -> None:
        try:
            # A tuple: the collector of garbage soon stops looking at it.
            texts = tuple(
                [
                    value if value is None or type(value) is str else _text(value)
                    for value in found.values
                ]
            )
            if may_be_half:
                "".join([text for text in texts if text]).encode()
        except TypeError:
            self._rows.refuse("value_not_scalar", _spelled(found.element, content))
        except ValueError:
            self._rows.refuse("line_unreadable", _spelled(found.element, content))
        else:
            self._good += 1
            self._rows.add(texts)

    def _note_keys(self, record: Mapping[str, Any]) -> None:
        """Remember keys; most records have those of the one before."""
        shape = tuple(record)
        if shape in self._shapes:
            return
        if len(self._shapes) == MOST_SHAPES:
            self._shapes.clear()
        self._shapes.add(shape)
        self._unrolling.note_keys(record)
        self._keys.update(trimmed(key[:LONGEST_KEY]) for key in record)
        check_column_count(len(self._keys))


def _spelled(record: object, content: str | None) -> str:
    """Return how a record was spelled, or spell it."""
    if content is not None:
        return content
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can spell it
        return json.dumps(record)
    return text


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not isfinite(value):  # 1e999 is a number in JSON, and none here
            raise ValueError
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, int):
        return str(value)
    raise TypeError
