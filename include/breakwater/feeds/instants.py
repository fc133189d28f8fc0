"""The instants of records, as far as a feed must know them to tell whose day a record is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from breakwater.core.days import utc_seconds
from breakwater.feeds.records import FeedFault, shown


def text_at(record: Mapping[str, Any], name: str) -> int:
    """Return a record's instant in UTC seconds, written as ISO 8601 with an offset.

    Raises:
        FeedFault: there is none; without it nobody knows whose day the record is.
    """
    found: Any = record.get(name)
    try:
        return utc_seconds(datetime.fromisoformat(found))
    except (ValueError, TypeError, OverflowError):
        raise _without(name, found) from None


def seconds_at(record: Mapping[str, Any], name: str) -> int:
    """Return a record's instant in UTC seconds, written as such.

    Raises:
        FeedFault: there is none.
    """
    found = record.get(name)
    if type(found) is not int:
        raise _without(name, found)
    return found


def _without(name: str, found: object) -> FeedFault:
    return FeedFault(
        transient=False,
        expected=f"an instant with an offset as {name!r} of every record",
        found=shown(found),
        is_shape=True,
    )
