"""What one export is read by."""

from dataclasses import dataclass, field
from datetime import date

from breakwater.contracts.operations import Operations
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window


@dataclass(frozen=True, slots=True)
class Terms:
    """The vendor's contract, the operation's words, and the day that the export is of.

    Attributes:
        contract: the vendor's.
        operations: whose queues, policies and languages they are.
        day: operational day of the export.
        window: of that day; nothing in the export may be later.
        pseudonym_key: see `Workspace`.
    """

    contract: VendorContract
    operations: Operations
    day: date
    window: Window
    pseudonym_key: bytes = field(repr=False)
