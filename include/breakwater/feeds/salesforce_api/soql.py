"""SOQL of a contract: its fields, its window and its own conditions, in an order that can go on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from simple_salesforce.format import format_soql

from breakwater.contracts.source import SalesforceSource
from breakwater.core.days import Window, utc_instant
from breakwater.feeds.records import FeedFault, shown

FIELD = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
"""An API name; a dot reaches through a relation to a parent."""
INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"


@dataclass(frozen=True, slots=True)
class Place:
    """The last record that was read: its instant as Salesforce spells it, and its id."""

    instant: str
    record_id: str


def soql(
    source: SalesforceSource, window: Window, *, after: Place | None = None, is_ordered: bool = True
) -> str:
    """Return the query of a window.

    Args:
        source: of the contract.
        window: half open.
        after: where an earlier reading came to; the query then asks for what follows.
        is_ordered: by instant, then id; Bulk API 2.0 must not be told an order, since it then reads
            an object as a whole instead of in chunks.

    Raises:
        FeedFault: a field is no API name, or `after` is no place.
    """
    for name in (*source.fields, source.instant):
        if not FIELD.fullmatch(name):
            raise FeedFault(transient=False, expected="API names of fields", found=shown(name))
    instant = source.instant
    conditions = [f"{instant} >= {_literal(window.start)}", f"{instant} < {_literal(window.end)}"]
    if source.where:
        conditions.append(f"({source.where})")
    if after is not None:
        at = _spelt_again(after.instant)
        later_id = format_soql("Id > {}", after.record_id)
        conditions.append(f"({instant} > {at} OR ({instant} = {at} AND {later_id}))")
    order = f" ORDER BY {instant}, Id" if is_ordered else ""
    selected, where = ", ".join(_selected(source)), " AND ".join(conditions)
    return f"SELECT {selected} FROM {source.object} WHERE {where}{order}"  # noqa: S608  checked above


def _selected(source: SalesforceSource) -> list[str]:
    """List the fields, and those by which a reading goes on; names are told apart without case."""
    names = {"id": "Id", source.instant.lower(): source.instant}
    for name in source.fields:
        names.setdefault(name.lower(), name)
    return list(names.values())


def _literal(seconds: int) -> str:
    return f"{utc_instant(seconds):%Y-%m-%dT%H:%M:%SZ}"


def _spelt_again(instant: str) -> str:
    """Spell an instant of a record as a literal, to its millisecond."""
    try:
        read = datetime.strptime(instant, INSTANT_FORMAT).astimezone(UTC)
    except ValueError as error:
        raise FeedFault(
            transient=False, expected="an instant with an offset", found=shown(instant)
        ) from error
    return f"{read:%Y-%m-%dT%H:%M:%S}.{read.microsecond // 1000:03d}Z"
