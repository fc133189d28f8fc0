"""Fetch: a vendor's export and our log of the same window, kept as received and in the ledger."""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import psycopg

from breakwater.contracts.source import FileSource
from breakwater.core.days import Window, utc_instant
from breakwater.core.errors import (
    ConfigurationError,
    ExportPendingError,
    FeedUnavailableError,
    VendorDayError,
)
from breakwater.core.finding import Rule
from breakwater.feeds.enforcement_log import copy_slice
from breakwater.feeds.fetch_files import Arrival, fetch_files
from breakwater.feeds.fetch_records import fetch_records
from breakwater.feeds.fetch_shifts import fetch_shifts
from breakwater.feeds.file_findings import findings_of
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.file_ledger import (
    Duplicate,
    ReceivedFile,
    distinct_names,
    duplicates,
    file_in_force,
    in_force_of,
    received_files,
    record_file,
)
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import StageResult, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "fetch"


def fetch_export(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Fetch what a vendor has for an operational day, and our log of the same window.

    Every distinct content is kept and entered in the file ledger at once; which of them say what
    the day is follows from the contract. What was fetched once stays, whatever the vendor removes
    later, and is not fetched again.

    Args:
        workspace: the installation.
        vendor: whose export.
        day: of which operational day.
        now: the instant as of which the source is read; files of later date are not there yet.

    Raises:
        ExportPendingError: the export is not complete and the deadline has not passed, or our own
            log of the day still grows.
        ExportMissingError: nothing is there and the deadline has passed; the finding is kept.
        FeedUnavailableError: the source or the enforcement log could not be read.
        ContractError: a system answers with something else than records.
        ConfigurationError: no contract is in force, a connection cannot be used, or the log is not
            as its settings say.
    """
    contract = workspace.configuration.vendor(vendor, day)
    if not contract.is_active_on(day):
        path = f"vendors/{vendor}.yaml: effective_from, effective_to"
        raise ConfigurationError((f"{path}: expected a contract in force; found none on {day}",))
    about = VendorDay(workspace, contract, day, now)
    with tempfile.TemporaryDirectory(prefix="breakwater-fetch-") as scratch:
        arrival = _fetch_vendor(about, Path(scratch))
        fetch_shifts(about, Path(scratch))
        with workspace.warehouse.transaction() as connection:
            hold(connection, STAGE, vendor, day)
            outcome = _conclude(about, connection, arrival, Path(scratch))
    if isinstance(outcome, VendorDayError):
        raise outcome  # after the commit, so that its finding is kept
    return outcome


def _fetch_vendor(about: VendorDay, scratch: Path) -> Arrival:
    """Bring what the vendor has into the lake and the ledger."""
    if isinstance(about.contract.source, FileSource):
        return fetch_files(about, scratch)
    if not _log_is_whole(about):
        # Every fetch asks for the whole day again, and none would count before our log is there.
        raise _pending_log(about)
    file = fetch_records(about.workspace, about.contract, about.day, about.now, scratch)
    if file is None:
        return Arrival(on_their_way=1, unfinished=("records of the day are still written",))
    return Arrival()


def _conclude(
    about: VendorDay, connection: Connection, arrival: Arrival, scratch: Path
) -> StageResult | VendorDayError:
    """Judge what the ledger has of the day; when it is enough, take our own log, too."""
    again = duplicates(connection, about.contract, about.vendor, about.day)
    known = {(each.file.name, each.file.sha256) for each in again}
    everything = received_files(connection, about.vendor, about.day, "vendor")
    received = [file for file in everything if (file.name, file.sha256) not in known]
    in_force = in_force_of(about.contract, received)
    found = _found(about, received, again, arrival)
    count = distinct_names(about.contract, received)
    is_short = about.is_of_any_number or count < about.expected_files
    if (is_short or not in_force) and (not about.is_past_deadline or arrival.on_their_way):
        return about.pending(found)
    shifts = None
    if about.contract.shifts is not None:
        shifts = file_in_force(connection, about.vendor, about.day, "shifts")
        if shifts is None and not about.is_past_deadline:
            return about.pending("no export of shifts")
    if in_force and not _log_is_whole(about):
        return _pending_log(about)
    findings = list(findings_of(about, received, in_force, again, arrival))
    replace_findings(connection, about.day, STAGE, about.vendor, findings)
    if not in_force:
        return about.missing(found)
    internal = _fetch_internal(about, connection, scratch)
    newest = in_force[-1]
    declared = [file.declared_rows for file in in_force if file.declared_rows is not None]
    return record_stage(
        connection,
        day=about.day,
        vendor=about.vendor,
        stage=STAGE,
        inputs=[file.sha256 for file in everything],
        outputs=[
            [[file.sha256, file.name] for file in in_force],
            internal.sha256,
            *([] if shifts is None else [shifts.sha256]),
        ],
        summary={
            "files": len(everything),
            "files_in_force": len(in_force),
            "files_expected": about.expected_files,
            "duplicates": len(again),
            "sha256": newest.sha256,
            "bytes": sum(file.size_bytes for file in in_force),
            "declared_rows": sum(declared) if declared else None,
            "is_late": any(finding.rule is Rule.EXPORT_LATE for finding in findings),
            "names_refused": len(arrival.refused),
            "internal_sha256": internal.sha256,
            "internal_rows": internal.declared_rows,
        },
        at=about.now,
    )


def _log_is_whole(about: VendorDay) -> bool:
    """Tell whether nothing can be decided any more in the slice that is taken of our log."""
    return about.now >= utc_instant(_slice_of(about).end)


def _pending_log(about: VendorDay) -> ExportPendingError:
    """Return the error that says that a slice taken now would be short."""
    return ExportPendingError(
        about.vendor,
        about.day,
        "the enforcement log of the day is not whole yet",
        expected=f"{utc_instant(_slice_of(about).end).isoformat()} or later",
        found=about.now.isoformat(),
    )


def _slice_of(about: VendorDay) -> Window:
    """Return the day's window with its edges, in which a record may find its counterpart."""
    return about.window.widened(about.workspace.configuration.operations.matching.edge_seconds)


def _found(
    about: VendorDay,
    received: Sequence[ReceivedFile],
    again: Sequence[Duplicate],
    arrival: Arrival,
) -> str:
    """Say what is there instead of a whole export."""
    is_counted = about.expected_files > 1 or about.is_of_any_number
    count = distinct_names(about.contract, received)
    parts = [f"{count} files"] if is_counted else []
    parts += [
        f"{each.file.name!r} with the bytes of {each.first_day.isoformat()}" for each in again[:3]
    ]
    return "; ".join([*parts, arrival.told]) if parts else arrival.told


def _fetch_internal(about: VendorDay, connection: Connection, scratch: Path) -> ReceivedFile:
    """Keep our log of the day's window and its edges; return what is in force."""
    operations = about.workspace.configuration.operations
    window = _slice_of(about)
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
    file = about.keep("internal", name, local, rows)
    record_file(connection, about.vendor, about.day, file, about.now)
    return file
