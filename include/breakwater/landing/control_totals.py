"""Control totals: what was declared, what is there, what landed, what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from breakwater.core.errors import ControlTotalError
from breakwater.landing.raw_rows import RefusedRow
from breakwater.landing.refusal import ExportRefusedError, Fault, FewerRowsError
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.file_ledger import ReceivedFile


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The arithmetic of one file."""

    file: ReceivedFile
    physical_rows: int
    landed_rows: int
    quarantined_rows: int


def check_declared(file: ReceivedFile, physical_rows: int, *, requires_manifest: bool) -> None:
    """Hold the rows of a file against its manifest.

    Raises:
        FewerRowsError: rows are missing.
        ExportRefusedError: there are too many, other bytes than declared, or no manifest where the
            contract promises one. A file of no rows is believed only when none are declared.
    """
    declared = file.declared_rows
    if declared is None and requires_manifest:
        raise ExportRefusedError(Fault.NO_MANIFEST, expected='{"rows": N}', found="no row count")
    if physical_rows == 0 and declared is None:
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
    """Prove that every record of the file landed or went to quarantine.

    Raises:
        ControlTotalError: one did neither, or both: a fault of ours.
    """
    if total.physical_rows != total.landed_rows + total.quarantined_rows:
        raise ControlTotalError(
            vendor,
            day,
            f"control totals of the {total.file.book} book do not agree",
            expected=f"{total.physical_rows} rows",
            found=f"{total.landed_rows} landed and {total.quarantined_rows} quarantined",
        )


def replace_control_total(
    connection: Connection,
    vendor: str,
    day: date,
    total: ControlTotal,
    refused: Sequence[RefusedRow],
) -> None:
    """Replace the totals and the quarantine index of one book of a vendor-day."""
    file = total.file
    key = {"vendor": vendor, "operational_day": day, "book": file.book}
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
        ),
        [
            (
                file.name,
                file.sha256,
                file.declared_rows,
                total.physical_rows,
                total.landed_rows,
                total.quarantined_rows,
            )
        ],
    )
    replace_rows(
        connection,
        "landing.quarantine_record",
        key,
        ("file_name", "sha256", "source_row", "reasons", "row_sha256"),
        ((file.name, file.sha256, row.source_row, row.reasons, row.row_sha256) for row in refused),
    )
