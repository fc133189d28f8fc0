"""Whether what a vendor-day was landed from is still what it would be landed from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from breakwater.contracts.shape import ListingShape
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import duplicates
from breakwater.warehouse.listings import STARTS_FROM, last_listing_before
from breakwater.warehouse.quarantine import landed_files
from breakwater.warehouse.workspace import Workspace


def why_to_land_again(
    connection: Connection,
    workspace: Workspace,
    vendor: str,
    day: date,
    landed: Mapping[str, Any],
) -> str | None:
    """Say why a landed day is to be landed anew, in words without a vendor's text; or None.

    A newer file that waits to be landed, or was refused, is no reason: what landed stands until
    then. But a listing tells what happened since the one before it, whichever that is now; and
    what was delivered for another day before says nothing about this one, also when the other
    day was fetched later.

    Args:
        connection: an open transaction on the warehouse.
        workspace: the installation.
        vendor: whose day.
        day: the operational day.
        landed: the summary of its landing.
    """
    contract = workspace.configuration.vendor(vendor, day)
    if isinstance(contract.shape, ListingShape):
        last = last_listing_before(connection, workspace.configuration, contract, day)
        return None if landed.get(STARTS_FROM) == last else "the listing that it starts from"
    again = duplicates(connection, contract, vendor, day)
    if not again:
        return None
    hashes = landed_files(connection, vendor, day)
    first = next((each.first_day for each in again if each.file.sha256 in hashes), None)
    return None if first is None else f"its file was delivered for {first.isoformat()} before"


def days_landed_from(connection: Connection, vendor: str, day: date) -> list[date]:
    """List the other days that a file of this day was landed for, too."""
    rows = connection.execute(
        "select distinct other.operational_day as day from landing.file_ledger as own"
        " join landing.control_total as other on other.vendor = own.vendor"
        " and other.book = own.book and other.sha256 = own.sha256"
        " and other.operational_day <> own.operational_day"
        " where own.vendor = %s and own.operational_day = %s and own.book = 'vendor'"
        " and own.has_records order by 1",
        [vendor, day],
    ).fetchall()
    return [row["day"] for row in rows]
