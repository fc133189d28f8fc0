"""Which listing a day starts from, by the ledger: the last one of the days before."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.listing_names import instant_of_name
from breakwater.contracts.shape import ListingShape
from breakwater.contracts.source import FileSource
from breakwater.contracts.vendor import VendorContract
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import ReceivedFile, files_in_force

STARTS_FROM = "starts_from"
"""In the summary of a landed day: the content hash of the listing that it started from."""

UNNAMED = "a listing whose name does not tell its instant"
"""Stands for the hash of the last listing where nobody can say which one is the last."""


def last_listing_before(
    connection: Connection, configuration: Configuration, contract: VendorContract, day: date
) -> str | None:
    """Return the content hash of the newest listing of the days before.

    Args:
        connection: an open transaction on the warehouse.
        configuration: has the contracts of the days before.
        contract: of the vendor on the day; says how far back to look.
        day: the day that starts from it.

    Returns:
        None when the contract tells no listings or there is none as far back as it looks;
        `UNNAMED` when a name of the day in question does not tell when it was taken.
    """
    found = listings_before(connection, configuration, contract, day)
    return None if found is None else _last(found[1], found[2])


def listings_before(
    connection: Connection, configuration: Configuration, contract: VendorContract, day: date
) -> tuple[date, VendorContract, list[ReceivedFile]] | None:
    """Return the last day before that has listings, its contract and those in force.

    The arguments are those of `last_listing_before`.
    """
    for earlier in _days_with_files(connection, contract, day):
        own = configuration.vendor(contract.vendor, earlier)
        if not isinstance(own.shape, ListingShape):
            continue
        files = files_in_force(connection, own, own.vendor, earlier)
        if files:
            return earlier, own, files
    return None


def _last(contract: VendorContract, files: list[ReceivedFile]) -> str:
    shape = contract.shape
    if not isinstance(shape, ListingShape) or not isinstance(contract.source, FileSource):
        return UNNAMED
    zone = ZoneInfo(contract.source.name_zone)
    named = []
    for file in files:
        at = instant_of_name(file.name, shape, zone)
        if at is None:
            return UNNAMED
        named.append((at, file.name, file.sha256))
    return max(named)[-1]


def _days_with_files(connection: Connection, contract: VendorContract, day: date) -> Iterator[date]:
    """Name the days before that anything was received for, the newest first."""
    if not isinstance(contract.shape, ListingShape):
        return
    rows = connection.execute(
        "select distinct operational_day as day from landing.file_ledger where vendor = %s"
        " and book = 'vendor' and operational_day < %s and operational_day >= %s"
        " order by operational_day desc",
        [contract.vendor, day, day - timedelta(days=contract.shape.history_days)],
    ).fetchall()
    yield from (row["day"] for row in rows)
