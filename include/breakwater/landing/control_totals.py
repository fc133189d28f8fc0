"""Control totals: what was declared, what is there, what landed, what was refused or left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from breakwater.core.errors import ControlTotalError
from breakwater.landing.quarantine.refused_rows import IndexRow
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, FewerRowsError
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.file_ledger import ReceivedFile


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The arithmetic of one file.

    Attributes:
        file: which.
        physical_rows: records that it holds.
        landed_rows: those that became records of the book.
        quarantined_rows: those that break the contract.
        rejected_rows: those that the contract leaves out, that a later file replaced, or that say
            nothing new.
        released_rows: of the landed ones, those that a person corrected.
        derived_records: records that no row stands for: what left a queue between two listings.
    """

    file: ReceivedFile
    physical_rows: int
    landed_rows: int
    quarantined_rows: int
    rejected_rows: int = 0
    released_rows: int = 0
    derived_records: int = 0


Numbers = npt.NDArray[np.int64]
MOST_LISTED = 10
"""Rows that an error names."""


class RowAccount:
    """Follows the row numbers of one file: each is there once, and ends in exactly one place."""

    def __init__(self, vendor: str, day: date, shown_name: str) -> None:
        """Start before the first row."""
        self._about = vendor, day, shown_name
        self.physical_rows = 0

    def take(self, physical: Numbers, ended: Sequence[Numbers]) -> None:
        """Hold the rows of a chunk against where they ended.

        Args:
            physical: numbers of the rows that were read, in any order.
            ended: numbers of those that were mapped, quarantined, rejected.

        Raises:
            ControlTotalError: a row got lost or ended twice: a fault of ours, and it says which.
        """
        first = self.physical_rows + 1
        self.physical_rows += len(physical)
        expected = np.arange(first, first + len(physical), dtype=np.int64)
        self._must_agree("read", expected, np.sort(physical))
        self._must_agree(
            "landed, quarantined or rejected", expected, np.sort(np.concatenate(ended))
        )

    def _must_agree(self, what: str, expected: Numbers, found: Numbers) -> None:
        if np.array_equal(expected, found):
            return
        numbers, counts = np.unique(found, return_counts=True)
        lost = np.setdiff1d(expected, numbers)
        doubled = numbers[counts > 1]
        vendor, day, name = self._about
        raise ControlTotalError(
            vendor,
            day,
            f"{name}: control totals do not agree",
            expected=f"{len(expected)} rows {what}, each once",
            found=f"{len(found)}; lost rows {_listed(lost)}; doubled rows {_listed(doubled)}",
        )


def _listed(numbers: Numbers) -> str:
    """Name a few row numbers."""
    listed = ", ".join(str(number) for number in numbers[:MOST_LISTED]) or "none"
    more = len(numbers) - MOST_LISTED
    return f"{listed} and {more} more" if more > 0 else listed


def check_declared(
    file: ReceivedFile, physical_rows: int, *, requires_manifest: bool, may_be_empty: bool = False
) -> None:
    """Hold the rows of a file against its manifest.

    Args:
        file: as received.
        physical_rows: records that it holds.
        requires_manifest: whether the contract promises one.
        may_be_empty: whether no rows are believed without a word, as in one file of many.

    Raises:
        FewerRowsError: rows are missing.
        ExportRefusedError: there are too many, other bytes than declared, or no manifest where the
            contract promises one. A file of no rows is believed only when none are declared.
    """
    declared = file.declared_rows
    if declared is None and requires_manifest:
        raise ExportRefusedError(Fault.NO_MANIFEST, expected='{"rows": N}', found="no row count")
    if physical_rows == 0 and declared is None and not may_be_empty:
        raise ExportRefusedError(Fault.EMPTY, expected="records", found="none")
    if declared is None:
        return
    if physical_rows < declared:
        raise FewerRowsError(declared, physical_rows)
    if physical_rows > declared:
        raise ExportRefusedError(
            Fault.TOO_MANY_ROWS,
            expected=f"{declared} declared rows",
            found=f"{physical_rows}",
        )
    declared_hash = (file.manifest or {}).get("sha256")
    if declared_hash not in {None, file.sha256}:
        raise ExportRefusedError(
            Fault.OTHER_CONTENT,
            expected=f"sha256 {declared_hash}",
            found=file.sha256,
        )


def check_arithmetic(vendor: str, day: date, total: ControlTotal) -> None:
    """Prove that every record of the file landed, went to quarantine, or was rejected.

    Raises:
        ControlTotalError: one did neither, or several: a fault of ours.
    """
    accounted = total.landed_rows + total.quarantined_rows + total.rejected_rows
    if total.physical_rows != accounted:
        raise ControlTotalError(
            vendor,
            day,
            f"control totals of the {total.file.book} book do not agree",
            expected=f"{total.physical_rows} rows",
            found=f"{total.landed_rows} landed, {total.quarantined_rows} quarantined"
            f" and {total.rejected_rows} rejected",
        )


def replace_control_totals(
    connection: Connection,
    vendor: str,
    day: date,
    totals: Sequence[ControlTotal],
    refused: Iterable[tuple[ReceivedFile, Iterable[IndexRow]]],
) -> None:
    """Replace the totals and the quarantine index of one book of a vendor-day.

    Args:
        connection: the transaction that publishes the book.
        vendor: whose.
        day: of which operational day.
        totals: one for each file in force; all of one book.
        refused: the refused rows of each file.
    """
    key = {"vendor": vendor, "operational_day": day, "book": totals[0].file.book}
    replace_rows(
        connection,
        "landing.control_total",
        key,
        (
            "file_name",
            "sha256",
            "declared_rows",
            "physical_rows",
            "landed_rows",
            "quarantined_rows",
            "rejected_rows",
            "released_rows",
            "derived_records",
        ),
        [
            (
                total.file.name,
                total.file.sha256,
                total.file.declared_rows,
                total.physical_rows,
                total.landed_rows,
                total.quarantined_rows,
                total.rejected_rows,
                total.released_rows,
                total.derived_records,
            )
            for total in totals
        ],
    )
    replace_rows(
        connection,
        "landing.quarantine_record",
        key,
        ("file_name", "sha256", "source_row", "reasons", "row_sha256"),
        (
            (file.name, file.sha256, row.source_row, row.reasons, row.row_sha256)
            for file, rows in refused
            for row in rows
        ),
    )
