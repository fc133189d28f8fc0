"""Land the shifts of a vendor-day, if its contract has any; they never hold up the cases."""

from dataclasses import dataclass

from breakwater.core.finding import Finding, Rule, Severity
from breakwater.landing.books import BookOfDay
from breakwater.landing.mapping.terms import terms_of_day
from breakwater.landing.reading.refusal import ExportRefusedError
from breakwater.landing.shifts import shift_book
from breakwater.landing.vendor_day import VendorDay, local_copy
from breakwater.warehouse.file_ledger import file_in_force


@dataclass(frozen=True, slots=True)
class ReadShifts:
    """What there is of a vendor-day's shifts.

    Attributes:
        sha256: of the file that counts; None when there is none.
        book: its rows; None when there is no file, or one that breaks the contract as a whole.
        finding: that they are missing; None when they are there.
    """

    sha256: str | None
    book: BookOfDay | None
    finding: Finding | None


def read_shifts(about: VendorDay) -> ReadShifts | None:
    """Read the shifts of a vendor-day; None where its contract has none.

    Raises:
        ControlTotalError: a row got lost on the way: a fault of ours.
        ExportMissingError: the file was fetched and is gone from the lake.
    """
    shifts = about.contract.shifts
    if shifts is None:
        return None
    file = file_in_force(about.connection, about.vendor, about.day, "shifts")
    if file is None:
        return ReadShifts(None, None, _missing(about, "not delivered"))
    terms = terms_of_day(about.workspace, about.contract, about.day)
    try:
        book = shift_book(terms, shifts, file, local_copy(about, file))
    except ExportRefusedError as refusal:
        return ReadShifts(file.sha256, None, _missing(about, str(refusal.fault)))
    return ReadShifts(file.sha256, book, None)


def _missing(about: VendorDay, why: str) -> Finding:
    return Finding(
        rule=Rule.SHIFTS_MISSING,
        operational_day=about.day,
        vendor=about.vendor,
        severity=Severity.WARNING,
        scope={},
        value=1,
        unit="files",
        detail={"why": why},
    )
