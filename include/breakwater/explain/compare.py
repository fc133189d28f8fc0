"""Lay both halves of a pair beside each other, field by field, as they were compared."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from breakwater.contracts.comparison import Compared, FieldComparison
from breakwater.explain.story import ComparedField

_IN_EVENT = {Compared.DECIDED_AT: "event_at"}


def compare(
    comparison: Mapping[Compared, FieldComparison],
    event: Mapping[str, Any],
    action: Mapping[str, Any],
    differences: Collection[str],
) -> Iterator[ComparedField]:
    """Give every compared field of a pair.

    Args:
        comparison: the fields that are compared on the day, in order.
        event: the vendor's record, a row of ``case_event``.
        action: ours, a row of ``enforcement_action``.
        differences: fields that the reconciliation found to differ; it decided, nobody does again.
    """
    for field in comparison:
        yield ComparedField(
            field=field,
            vendor=event[_IN_EVENT.get(field, field)],
            internal=action[field],
            agrees=field not in differences,
        )
