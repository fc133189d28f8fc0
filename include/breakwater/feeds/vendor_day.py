"""What one fetch is about: a vendor's contract, an operational day, and the instant of asking."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from breakwater.contracts.source import FileSource
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import Window
from breakwater.core.errors import ExportMissingError, ExportPendingError
from breakwater.warehouse.file_ledger import Book, ReceivedFile
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class VendorDay:
    """One vendor's operational day, seen at one instant."""

    workspace: Workspace
    contract: VendorContract
    day: date
    now: datetime
    book: Book = "vendor"
    """Which of the vendor's exports is fetched."""

    @property
    def vendor(self) -> str:
        """The vendor's name in tables and folders."""
        return self.contract.vendor

    @property
    def window(self) -> Window:
        """The day in UTC seconds."""
        return self.workspace.window(self.day)

    @property
    def deadline(self) -> datetime:
        """The contract's delivery time on the morning after the operational day."""
        return self.contract.delivery.due_at(self.day)

    @property
    def is_past_deadline(self) -> bool:
        """Whether what is not there by now is missing."""
        return self.now > self.deadline

    @property
    def expected_files(self) -> int:
        """How many files make the day complete."""
        source = self.contract.source
        return source.expected_files if isinstance(source, FileSource) else 1

    @property
    def is_of_any_number(self) -> bool:
        """Whether the day is the sum of files of which nobody knows how many there will be."""
        source = self.contract.source
        is_sum = isinstance(source, FileSource) and source.files == "many"
        return is_sum and "expected_files" not in source.model_fields_set

    def keep(self, book: Book, name: str, local: Path, rows: int) -> ReceivedFile:
        """Keep rows that we asked for ourselves, and counted, as a file of the lake."""
        raw_path, digest = self.workspace.lake.keep_raw(self.vendor, self.day, name, local)
        return ReceivedFile(
            book=book,
            name=name,
            sha256=digest,
            size_bytes=local.stat().st_size,
            raw_path=raw_path,
            manifest={"rows": rows, "sha256": digest},
            delivered_at=self.now,
            is_late=False,  # nobody delivers them: they are there, and it is we who ask when we ask
        )

    def pending(self, found: str) -> ExportPendingError:
        """Return the error that says that the export may still come."""
        what = "the export is not there yet"
        return ExportPendingError(self.vendor, self.day, what, expected=self._due, found=found)

    def missing(self, found: str) -> ExportMissingError:
        """Return the error that says that it did not come."""
        what = "no export was delivered"
        return ExportMissingError(self.vendor, self.day, what, expected=self._due, found=found)

    @property
    def _due(self) -> str:
        due = f"by {self.deadline.isoformat()}"
        if self.is_of_any_number:
            return f"every file {due}"
        return due if self.expected_files == 1 else f"{self.expected_files} files {due}"
