"""Which known events a change coincides with, and which of them take in all of it.

Decided by the leaves that a slice sums, not by its name alone: a site and its only vendor are one
slice, and an event at a site of another vendor has nothing to do with either. An event that a
slice shares some leaves with may be why; only one that has all of them is sure to be.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from breakwater.contracts.events import KnownEvent
from breakwater.detect.facts import Leaf
from breakwater.detect.slices import DIMENSIONS

Where = Mapping[str, str]
"""What names a slice: its metric, and a value by dimension."""


def coinciding(
    events: Iterable[KnownEvent],
    wheres: Sequence[Where],
    leaves: Sequence[Leaf],
    span: tuple[date, date],
) -> tuple[KnownEvent, ...]:
    """List the events that any of some slices of one metric coincides with, in their order.

    Args:
        events: known ones.
        wheres: names of the slices.
        leaves: all leaves of their metric.
        span: first and last day of the change.
    """
    near = [event for event in events if event.touches(*span)]
    if not near:
        return ()
    parts = [(where, [leaf for leaf in leaves if _is_in(leaf, where)]) for where in wheres]
    return tuple(
        event for event in near if any(_shares(event, where, inside) for where, inside in parts)
    )


def takes_in(event: KnownEvent, where: Where, leaves: Sequence[Leaf]) -> bool:
    """Tell whether everything that a slice sums lies in an event's scope."""
    named = event.scope.named()
    of_leaves = {name: values for name, values in named.items() if name in DIMENSIONS}
    by_name = [name for name in named if name not in DIMENSIONS]
    if any(where.get(name) not in named[name] for name in by_name):
        return False
    inside = [leaf for leaf in leaves if _is_in(leaf, where)]
    return bool(inside) and all(_is_among(leaf, of_leaves) for leaf in inside)


def _shares(event: KnownEvent, where: Where, inside: Sequence[Leaf]) -> bool:
    named = event.scope.named()
    of_leaves = {name: values for name, values in named.items() if name in DIMENSIONS}
    for name, values in named.items():
        # Leaves do not know policies and priorities; a slice that names none may hold any.
        if name not in DIMENSIONS and name in where and where[name] not in values:
            return False
    return any(_is_among(leaf, of_leaves) for leaf in inside)


def _is_in(leaf: Leaf, where: Where) -> bool:
    return all(
        where.get(name, value) == value for name, value in zip(DIMENSIONS, leaf, strict=True)
    )


def _is_among(leaf: Leaf, named: Mapping[str, tuple[str, ...]]) -> bool:
    return all(
        value in named.get(name, (value,)) for name, value in zip(DIMENSIONS, leaf, strict=True)
    )
