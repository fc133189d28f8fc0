"""Values of PostgreSQL as plain JSON: nothing is rounded, and every instant carries its offset."""

import json
import re
from typing import Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader

KEPT = frozenset({"bool", "int2", "int4", "int8", "oid"})
"""Types that JSON has, and that Python reads without loss."""
BYTES = "bytea"
DIGITS_OF_INT8 = 19
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(\+00)?")


class PlainValue(Loader):
    """A value as the server spells it; decimals so keep every digit."""

    def load(self, data: Buffer) -> object:
        """Return the value."""
        return self.plain(bytes(data).decode())

    def plain(self, text: str) -> object:
        """Turn the server's spelling into a JSON value."""
        return text


class FloatValue(PlainValue):
    """A binary floating-point number; JSON has no spelling for the infinite ones: they are text."""

    def plain(self, text: str) -> object:
        """Return a number, or ``NaN``, ``Infinity`` and ``-Infinity`` as text."""
        return text if text.lstrip("-")[:1] in {"N", "I"} else float(text)


class DayValue(PlainValue):
    """A calendar date as ``YYYY-MM-DD``; an infinite one is no date: null."""

    def plain(self, text: str) -> object:
        """Return the text, or null."""
        return None if text.endswith("infinity") else text


class InstantValue(PlainValue):
    """An instant as ``2026-11-22T10:00:00.000000+00:00``, always with six digits: one format.

    Without a zone of its own it has no offset. An infinite one stands for "never": null. One outside
    of the years 1 to 9999 stays as the server spells it, and its record will be refused.
    """

    def plain(self, text: str) -> object:
        """Return the text, or null."""
        if text.endswith("infinity"):
            return None
        parts = INSTANT.fullmatch(text)
        if parts is None:
            return text
        day, time, fraction, offset = parts.groups()
        return f"{day}T{time}.{(fraction or '').ljust(6, '0')}{'+00:00' if offset else ''}"


class NestedValue(PlainValue):
    """A JSON document, kept nested; its decimals are text, so that none is rounded."""

    def plain(self, text: str) -> object:
        """Return the document; one that is nested too deep to be read stays text."""
        try:
            return json.loads(text, parse_float=str, parse_int=_integer, parse_constant=str)
        except RecursionError:
            return text


def speak_plainly(connection: Connection[Any]) -> None:
    """Have a connection's values arrive as plain JSON values.

    Types that are not named here, and such as the database defines itself, arrive as the server
    spells them; arrays of built-in types as lists of the same.
    """
    adapters = connection.adapters
    special: dict[str, type[PlainValue]] = {
        "float4": FloatValue,
        "float8": FloatValue,
        "date": DayValue,
        "timestamp": InstantValue,
        "timestamptz": InstantValue,
        "json": NestedValue,
        "jsonb": NestedValue,
    }
    for known in adapters.types:
        if known.name not in KEPT:
            adapters.register_loader(known.oid, special.get(known.name, PlainValue))


def is_bytes(connection: Connection[Any], oid: int) -> bool:
    """Tell whether a column holds bytes, which no JSON record can carry."""
    known = connection.adapters.types.get(BYTES)
    return known is not None and oid in {known.oid, known.array_oid}


def _integer(text: str) -> int | str:
    """Keep a number of more digits than PostgreSQL's own integers as text."""
    return int(text) if len(text) <= DIGITS_OF_INT8 else text
