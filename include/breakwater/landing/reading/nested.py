"""Values inside of JSON records, by dotted paths; lists unrolled into records of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from breakwater.landing.reading.layout import Wanted


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


class Found(NamedTuple):
    """One record inside of an object.

    Attributes:
        values: in the order of the contract's columns.
        element: the object itself, or the element of its list.
        reason: why it is no row, if it is none.
    """

    values: Sequence[Any]
    element: Any
    reason: str | None = None


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
        self._pick = _picker(self._plain)

    def records(self, whole: Mapping[str, Any]) -> Iterator[Found]:
        """Yield the records that an object holds."""
        if len(self._plain) == len(self.columns):
            yield Found(self._plain_values(whole), whole)
            return
        for nodes, reason in self._elements([whole]):
            if reason is None:
                yield self._found(nodes)
            else:
                yield Found((), nodes[-1], reason)

    def _plain_values(self, whole: Mapping[str, Any]) -> Sequence[Any]:
        try:  # most records have every key
            return self._pick(whole)
        except KeyError:
            return [whole.get(name) for name in self._plain]

    def _found(self, nodes: Sequence[Any]) -> Found:
        try:
            values = [self._value(nodes[column.level], column) for column in self.columns]
        except TypeError:
            return Found((), nodes[-1], "value_not_scalar")
        return Found(values, nodes[-1])

    def note_keys(self, record: Mapping[str, Any]) -> None:
        """Look at the keys of a record; those inside of it are noted when they are followed."""
        self.found |= record.keys() & self._names

    def _elements(self, nodes: list[Any]) -> Iterator[tuple[list[Any], str | None]]:
        """Walk into the lists; where there is something else, say so and go on beside it."""
        level = len(nodes) - 1
        if level == len(self._lists):
            yield nodes, None
            return
        found = self._list(nodes[-1], level)
        if isinstance(found, list):
            for element in found:
                yield from self._elements([*nodes, element])
        elif found is not None:
            yield nodes, "value_not_list"

    def _list(self, node: object, level: int) -> object:
        try:
            return lookup(node, self._lists[level])[1]
        except TypeError:
            return False  # something else is in the way, which is no list either

    def _value(self, node: object, column: Column) -> object:
        for path in column.spellings:
            is_there, value = lookup(node, path)
            if is_there:
                self.found.add(column.name)
                return value
        return None


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return a function that gets the values of all names at once."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda record: [record[name] for name in names]


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
