"""How the days of a vendor that lists its queue hang together: each starts where one before ended."""

from datetime import date, timedelta

from breakwater.contracts.shape import ListingShape
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ConfigurationError
from breakwater.landing.listing.book import StartingListing, in_order
from breakwater.landing.mapping.terms import terms_of_day
from breakwater.landing.quarantine.corrections import corrections_of
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import ReceivedFile
from breakwater.warehouse.listings import STARTS_FROM, last_listing_before, listings_before
from breakwater.warehouse.stage_run import stage_summary
from breakwater.warehouse.workspace import Workspace


def starting_listing(
    connection: Connection, workspace: Workspace, contract: VendorContract, day: date
) -> StartingListing | None:
    """Find the newest listing of the days before, as far back as the contract looks.

    Raises:
        FileRefusedError: the name of a listing does not tell its instant.
    """
    found = _last_before(connection, workspace, contract, day)
    if found is None:
        return None
    of_day, own, file = found
    terms = terms_of_day(workspace, own, of_day)
    return StartingListing(file, terms, corrections_of(connection, own.vendor, of_day))


def days_that_start_otherwise(
    connection: Connection, workspace: Workspace, contract: VendorContract, day: date, stage: str
) -> tuple[date, ...]:
    """List later days that were landed from another listing than they would start from now.

    Also those that would start from one whose name no longer tells an instant.

    Args:
        connection: the transaction that lands a day.
        workspace: the installation.
        contract: of the vendor on that day.
        day: the day that is landed.
        stage: name of the stage whose summaries say what days started from.
    """
    rows = connection.execute(
        "select operational_day as day from operations.stage_run where vendor = %s and stage = %s"
        " and operational_day > %s and operational_day <= %s order by operational_day",
        [contract.vendor, stage, day, day + timedelta(days=contract.shape.history_days)],
    ).fetchall()
    changed = []
    for later in (row["day"] for row in rows):
        own = _contract_on(workspace, contract.vendor, later)
        last = stage_summary(connection, later, contract.vendor, stage)
        if own is None or last is None:
            continue
        # Where a name no longer tells an instant, landing the day anew says so.
        now = last_listing_before(connection, workspace.configuration, own, later)
        if last["summary"].get(STARTS_FROM) != now:
            changed.append(later)
    return tuple(changed)


def _last_before(
    connection: Connection, workspace: Workspace, contract: VendorContract, day: date
) -> tuple[date, VendorContract, ReceivedFile] | None:
    found = listings_before(connection, workspace.configuration, contract, day)
    if found is None:
        return None
    earlier, own, files = found
    return earlier, own, in_order(files, own)[-1][1]


def _contract_on(workspace: Workspace, vendor: str, day: date) -> VendorContract | None:
    """Return the contract of a day; None where the vendor had none, or one of another shape."""
    try:
        contract = workspace.configuration.vendor(vendor, day)
    except ConfigurationError:
        return None
    return contract if isinstance(contract.shape, ListingShape) else None
