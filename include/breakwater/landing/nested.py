"""Values inside of JSON records, by dotted paths; lists unrolled into records of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breakwater.landing.layout import Wanted


class NotAListError(ValueError):
    """What a contract unrolls is there, and is no list."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a contract is found.

    Attributes:
        name: the column.
        level: 0 for the record itself, n for the element of the n-th list that is unrolled.
        spellings: keys or dotted paths below that level; the first that is there counts. An empty
            one is the element itself.
    """

    name: str
    level: int
    spellings: tuple[str, ...]


class Unrolling:
    """The columns of a contract in JSON records."""

    def __init__(self, wanted: Wanted, each: Sequence[str] = ()) -> None:
        """Prepare for records of which each of these lists is unrolled, outermost first."""
        self.found = set[str]()
        """Columns whose key was there, with or without a value."""
        self._names = set(wanted.names)
        self.columns = tuple(_column(name, wanted, each) for name in wanted.names)
        self._lists = tuple(_below(path, each[:level])[1] for level, path in enumerate(each))
        self._plain = tuple(
            column.name
            for column in self.columns
            if not each and len(column.spellings) == 1 and "." not in column.name
        )

    def values(self, record: Mapping[str, Any]) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
        """Yield the values of each record that an object holds, and what that record is.

        Raises:
            NotAListError: what is to be unrolled is no list.
        """
        if len(self._plain) == len(self.columns):
            if not self.found >= record.keys() & self._names:
                self.found |= record.keys() & self._names
            yield [record.get(name) for name in self._plain], record
            return
        for nodes in self._elements([record]):
            yield [self._value(nodes[column.level], column) for column in self.columns], nodes[-1]

    def _elements(self, nodes: list[Any]) -> Iterator[list[Any]]:
        level = len(nodes) - 1
        if level == len(self._lists):
            yield nodes
            return
        _, found = lookup(nodes[-1], self._lists[level])
        if found is None:
            return
        if not isinstance(found, list):
            raise NotAListError
        for element in found:
            yield from self._elements([*nodes, element])

    def _value(self, node: object, column: Column) -> object:
        for path in column.spellings:
            is_there, value = lookup(node, path)
            if is_there:
                self.found.add(column.name)
                return value
        return None


def _column(name: str, wanted: Wanted, each: Sequence[str]) -> Column:
    level, path = _below(name, each)
    aliases = (_below(alias, each) for alias in wanted.aliases.get(name, ()))
    same = (alias for at, alias in aliases if at == level)
    return Column(name, level, tuple(dict.fromkeys((path, *same))))


def _below(path: str, each: Sequence[str]) -> tuple[int, str]:
    """Find the innermost list that a path leads into, and the path from its element on."""
    for level in range(len(each), 0, -1):
        outer = each[level - 1]
        if path == outer:
            return level, ""
        if path.startswith(f"{outer}."):
            return level, path.removeprefix(f"{outer}.")
    return 0, path


def lookup(node: object, path: str) -> tuple[bool, Any]:
    """Follow a dotted path; a key that is spelled with the dots wins.

    Returns:
        Whether it is there, and the value. Numbers lead into lists, from 0.

    Raises:
        TypeError: the path leads into something that is neither object nor list.
    """
    if not path:
        return True, node
    if node is None:
        return False, None
    if isinstance(node, list):
        key, _, rest = path.partition(".")
        if key.isdecimal() and key.isascii() and len(key) < len("1000000"):
            return lookup(node[int(key)], rest) if int(key) < len(node) else (False, None)
        raise TypeError
    if not isinstance(node, dict):
        raise TypeError
    if path in node:
        return True, node[path]
    key, dot, rest = path.partition(".")
    while dot:
        if key in node:
            return lookup(node[key], rest)
        # A key with dots of its own: "a.b" of {"a.b": {"c": 1}}.
        longer, dot, rest = rest.partition(".")
        key = f"{key}.{longer}"
    return False, None
