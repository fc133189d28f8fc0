"""What one call of landing is about, its files, and how it says what is wrong with them."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import (
    ContractError,
    ControlTotalError,
    ExportMissingError,
    VendorDayError,
)
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.read_book import FileRefusedError
from breakwater.landing.reading.refusal import FewerRowsError, shown
from breakwater.warehouse.database import Connection
from breakwater.warehouse.file_ledger import ReceivedFile
from breakwater.warehouse.retention import removed_at
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class VendorDay:
    """What one call is about, its connection, its engine, and a folder for its files.

    Attributes:
        workspace: the installation.
        contract: the vendor's on the day.
        day: the operational day.
        now: the instant to remember for what changes.
        connection: the transaction that publishes the day.
        engine: a session of its own.
        scratch: a folder that goes with the call.
    """

    workspace: Workspace
    contract: VendorContract
    day: date
    now: datetime
    connection: Connection
    engine: DuckDBEngine
    scratch: Path

    @property
    def vendor(self) -> str:
        """The vendor's slug."""
        return self.contract.vendor


def nothing_to_land(about: VendorDay, book: str) -> ExportMissingError:
    """Return the error that no file of a book has been fetched."""
    return ExportMissingError(
        about.vendor,
        about.day,
        "there is nothing to land",
        expected=f"a fetched file of the {book} book",
        found="none",
    )


def local_copy(about: VendorDay, file: ReceivedFile) -> Path:
    """Bring a received file to the local disk.

    Raises:
        ExportMissingError: the lake does not have it any more.
        ControlTotalError: it is not what was received.
    """
    local = about.scratch / file.book
    try:
        found = about.workspace.lake.copy_to(file.raw_path, local)
    except FileNotFoundError as error:
        raise _gone(about, file) from error
    if found != file.sha256:
        raise ControlTotalError(
            about.vendor,
            about.day,
            f"{shown(file.name)}: the kept file is not what was received",
            expected=f"sha256 {file.sha256}",
            found=found,
        )
    return local


def _gone(about: VendorDay, file: ReceivedFile) -> ExportMissingError:
    at = removed_at(about.connection, file.raw_path)
    why = "" if at is None else f": retention deleted it on {at:%Y-%m-%d}"
    return ExportMissingError(
        about.vendor,
        about.day,
        f"the bytes of {shown(file.name)} are gone, what was landed of them still stands",
        expected=f"the file as received, at {file.raw_path} in the lake",
        found=f"none{why}",
    )


def error_of(about: VendorDay, refused: FileRefusedError) -> VendorDayError:
    """Return the error of a refused file, with its vendor, day and name."""
    refusal = refused.refusal
    kind = ControlTotalError if isinstance(refusal, FewerRowsError) else ContractError
    return kind(
        about.vendor,
        about.day,
        f"{shown(refused.file.name)}: {refusal.fault}",
        expected=refusal.expected,
        found=refusal.found,
    )
