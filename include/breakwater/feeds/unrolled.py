"""How many rows a record is, where a contract unrolls its lists: what landing must find again.

Counted here on purpose, and not by the reader: a control total is one only when two count.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def rows_of(record: Mapping[str, Any], each: Sequence[str]) -> int:
    """Count the elements of the innermost list; 1 where nothing is unrolled.

    Args:
        record: one object.
        each: dotted paths of the lists, outermost first, as in `format.each`.

    Returns:
        0 for an object without elements. A record that cannot be unrolled, because something else
        than a list is there, counts as the one row that is refused for it.
    """
    nodes: list[Any] = [record]
    outer = ""
    for path in each:
        below = path.removeprefix(f"{outer}.") if outer else path
        found = [_at(node, below) for node in nodes]
        if any(not isinstance(elements, list | None) for elements in found):
            return 1
        nodes = [element for elements in found for element in elements or ()]
        outer = path
    return len(nodes)


def _at(node: Any, path: str) -> Any:  # noqa: ANN401  any JSON
    """Follow a dotted path; a key that is spelled with the dots wins. None where it ends early."""
    if node is None:
        return None
    if isinstance(node, list):
        key, _, rest = path.partition(".")
        if not (key.isascii() and key.isdecimal()):
            return path  # no list, whatever it is
        inner = node[int(key)] if int(key) < len(node) else None
        return _at(inner, rest) if rest else inner
    if not isinstance(node, Mapping):
        return path
    for dot in sorted(_dots(path), reverse=True):
        if path[:dot] in node:
            inner = node[path[:dot]]
            return _at(inner, path[dot + 1 :]) if dot < len(path) else inner
    return None


def _dots(path: str) -> list[int]:
    """Return where a path may be cut: at its end, and at each dot."""
    return [len(path), *(place for place, letter in enumerate(path) if letter == ".")]
