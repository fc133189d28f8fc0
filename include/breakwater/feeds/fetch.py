"""Fetch: a vendor's export and our log of the same window, kept as received and in the ledger."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from breakwater.contracts.file_format import Manifest
from breakwater.contracts.source import FolderSource
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import (
    ConfigurationError,
    ExportMissingError,
    ExportPendingError,
    FeedUnavailableError,
    VendorDayError,
)
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.feeds.enforcement_log import copy_slice
from breakwater.feeds.folder import Delivered, Folder, Listing
from breakwater.feeds.manifest import LARGEST, read_manifest
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.file_ledger import ReceivedFile, received_files, record_file
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "fetch"
UPLOAD_GRACE = timedelta(minutes=10)
"""A file that contradicts its manifest is taken to be on its way this long after it was written."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What was found at the vendor's source: files to keep, and why others are not taken."""

    files: tuple[ReceivedFile, ...]
    unfinished: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _VendorDay:
    """What one call is about."""

    workspace: Workspace
    contract: VendorContract
    day: date
    now: datetime

    @property
    def vendor(self) -> str:
        return self.contract.vendor

    @property
    def deadline(self) -> datetime:
        """The contract's delivery time on the morning after the operational day."""
        delivery = self.contract.delivery
        morning = self.day + timedelta(days=1)
        return datetime.combine(morning, delivery.deadline, ZoneInfo(delivery.zone))


def fetch_export(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Fetch what a vendor has delivered for an operational day, and our log of the same window.

    Every distinct content is kept and entered in the file ledger; the one delivered last is in
    force. What was fetched once stays, whatever the vendor removes later.

    Args:
        workspace: the installation.
        vendor: whose export.
        day: of which operational day.
        now: the instant as of which the source is read; files of later date are not there yet.

    Raises:
        ExportPendingError: nothing complete is there and the deadline has not passed.
        ExportMissingError: nothing is there and it has; the finding is kept.
        FeedUnavailableError: the source or the enforcement log could not be read.
        ConfigurationError: no contract is in force, or the log is not as its settings say.
    """
    contract = workspace.configuration.vendor(vendor, day)
    if not contract.is_active_on(day):
        path = f"vendors/{vendor}.yaml: effective_from, effective_to"
        raise ConfigurationError((f"{path}: expected a contract in force; found none on {day}",))
    about = _VendorDay(workspace, contract, day, now)
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-fetch-") as scratch,
        workspace.warehouse.transaction() as connection,
    ):
        hold(connection, STAGE, vendor, day)
        outcome = _fetch(about, connection, Path(scratch))
    if isinstance(outcome, VendorDayError):
        raise outcome  # after the commit, so that its finding is kept
    return outcome


def _fetch(
    about: _VendorDay, connection: Connection, scratch: Path
) -> StageResult | VendorDayError:
    arrival = _collect(about, scratch)
    for file in arrival.files:
        record_file(connection, about.vendor, about.day, file, about.now)
    received = received_files(connection, about.vendor, about.day, "vendor")
    if not received and (arrival.unfinished or about.now <= about.deadline):
        return ExportPendingError(
            about.vendor,
            about.day,
            "the export is not there yet",
            expected=f"by {about.deadline.isoformat()}",
            found=_found(arrival),
        )
    findings = list(_findings(about, received, arrival))
    replace_findings(connection, about.day, STAGE, about.vendor, findings)
    if not received:
        return ExportMissingError(
            about.vendor,
            about.day,
            "no export was delivered",
            expected=f"by {about.deadline.isoformat()}",
            found=_found(arrival),
        )
    internal = _fetch_internal(about, connection, scratch)
    in_force = received[-1]
    return record_stage(
        connection,
        day=about.day,
        vendor=about.vendor,
        stage=STAGE,
        inputs=[file.sha256 for file in received],
        outputs=[in_force.sha256, in_force.name, internal.sha256],
        summary={
            "files": len(received),
            "sha256": in_force.sha256,
            "bytes": in_force.size_bytes,
            "declared_rows": in_force.declared_rows,
            "is_late": received[0].is_late,
            "names_refused": len(arrival.refused),
            "internal_sha256": internal.sha256,
            "internal_rows": internal.declared_rows,
        },
        at=about.now,
    )


def _collect(about: _VendorDay, scratch: Path) -> _Arrival:
    """Copy every finished file of the day into the lake's raw folder."""
    source = about.contract.source
    if not isinstance(source, FolderSource):
        raise NotImplementedError(source.kind)
    folder = Folder.of(source, about.workspace.exports, about.day)
    control = about.contract.control
    suffix = control.suffix if isinstance(control, Manifest) else None
    try:
        listing: Listing = folder.list_exports(about.day, suffix, about.now)
        taken = [_take(about, folder, file, scratch / "export") for file in listing.delivered]
    except OSError as error:
        raise FeedUnavailableError(
            about.vendor,
            about.day,
            "the export folder could not be read",
            expected="a folder that answers",
            found=f"{type(error).__name__}",
        ) from error
    files = tuple(file for file in taken if file is not None)
    return _Arrival(files, len(taken) - len(files), listing.refused)


def _take(about: _VendorDay, folder: Folder, file: Delivered, local: Path) -> ReceivedFile | None:
    """Keep one file; None while it is still being written."""
    is_whole = folder.copy(file, local)
    control, manifest = about.contract.control, None
    if isinstance(control, Manifest):
        manifest = read_manifest(folder.read_side_file(file, control.suffix, LARGEST))
        digest = _sha256(local)
        is_whole &= manifest is not None and manifest["sha256"] in {None, digest}
    settled = about.now > max(about.deadline, file.delivered_at + UPLOAD_GRACE)
    if not is_whole and not settled:
        return None
    raw_path, digest = about.workspace.lake.keep_raw(about.vendor, about.day, file.name, local)
    return ReceivedFile(
        book="vendor",
        name=file.name,
        sha256=digest,
        size_bytes=local.stat().st_size,
        raw_path=raw_path,
        manifest=manifest,
        delivered_at=file.delivered_at,
        is_late=file.delivered_at > about.deadline,
    )


def _fetch_internal(about: _VendorDay, connection: Connection, scratch: Path) -> ReceivedFile:
    """Keep our log of the day's window and its edges; return what is in force."""
    operations = about.workspace.configuration.operations
    window = about.workspace.window(about.day).widened(operations.matching.edge_seconds)
    local = scratch / "enforcement_log"
    settings = operations.enforcement_log
    try:
        rows = copy_slice(about.workspace.enforcement_log, settings, about.vendor, window, local)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        found = error.diag.message_primary
        path = "operations.yaml: enforcement_log"
        raise ConfigurationError(
            (f"{path}: expected its table and columns; found {found}",)
        ) from error
    except psycopg.OperationalError as error:
        raise FeedUnavailableError(
            about.vendor,
            about.day,
            "the enforcement log could not be read",
            expected="a database that answers",
            found=type(error).__name__,
        ) from error
    name = f"enforcement_log-{about.vendor}-{about.day.isoformat()}.csv.gz"
    raw_path, digest = about.workspace.lake.keep_raw(about.vendor, about.day, name, local)
    file = ReceivedFile(
        book="internal",
        name=name,
        sha256=digest,
        size_bytes=local.stat().st_size,
        raw_path=raw_path,
        manifest={"rows": rows, "sha256": digest},
        delivered_at=about.now,
        is_late=False,
    )
    record_file(connection, about.vendor, about.day, file, about.now)
    return file


def _findings(
    about: _VendorDay, received: list[ReceivedFile], arrival: _Arrival
) -> Iterator[Finding]:
    def finding(rule: Rule, severity: Severity, value: float, unit: str) -> Finding:
        return Finding(rule, about.day, about.vendor, severity, {}, value, unit)

    if not received:
        yield finding(Rule.EXPORT_MISSING, Severity.MAJOR, 1, "files")
    elif received[0].is_late:
        seconds = (received[0].delivered_at - about.deadline).total_seconds()
        yield finding(Rule.EXPORT_LATE, Severity.WARNING, seconds, "seconds")
    contents = len({file.sha256 for file in received})
    if contents > 1:
        yield finding(Rule.EXPORT_RESTATED, Severity.INFO, contents, "files")
    if arrival.refused:
        count = len(arrival.refused)
        yield finding(Rule.EXPORT_NAME_REFUSED, Severity.WARNING, count, "files")


def _found(arrival: _Arrival) -> str:
    """Say what lies there instead of an export; refused names are spelled safely."""
    parts = []
    if arrival.unfinished:
        parts.append(f"{arrival.unfinished} unfinished")
    parts.extend(f"refused {reason}" for reason in arrival.refused[:3])
    return "; ".join(parts) or "nothing"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
