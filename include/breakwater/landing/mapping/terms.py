"""What one export is read by."""

from dataclasses import dataclass, field
from datetime import date

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.operations import Operations
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Terms:
    """The vendor's contract, the operation's words, and the day that the export is of.

    Attributes:
        contract: the vendor's.
        operations: whose queues, policies and languages they are.
        day: operational day of the export.
        window: of that day; nothing in the export may be later.
        first_day: the first that any version of the vendor's contract covers; None when one of
            them has no beginning.
        pseudonym_key: see `Workspace`.
    """

    contract: VendorContract
    operations: Operations
    day: date
    window: Window
    first_day: date | None
    pseudonym_key: bytes = field(repr=False)


def first_day_of(configuration: Configuration, vendor: str) -> date | None:
    """Return the day on which the oldest version of a vendor's contract begins, if it does.

    A late record of a day under an earlier version is read by the version that its export came
    under, and still belongs to its own day.
    """
    versions = (
        configuration.vendors[vendor],
        *configuration.earlier_versions.get(vendor, ()),
    )
    beginnings = [each.effective_from for each in versions]
    known = [each for each in beginnings if each is not None]
    return min(known) if len(known) == len(beginnings) else None


def terms_of_day(workspace: Workspace, contract: VendorContract, day: date) -> Terms:
    """Return what an installation reads the files of a vendor-day by."""
    return Terms(
        contract,
        workspace.configuration.operations,
        day,
        workspace.window(day),
        first_day_of(workspace.configuration, contract.vendor),
        workspace.pseudonym_key,
    )
