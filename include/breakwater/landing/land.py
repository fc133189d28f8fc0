"""Land: files as received become `case_event` and `enforcement_action`; what is bad is refused."""

import tempfile
from collections.abc import Iterator
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
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.landing.books import BookOfDay, internal_book, vendor_book
from breakwater.landing.control_totals import replace_control_total
from breakwater.landing.partitions import Landed, replace_partitions
from breakwater.landing.refusal import ExportRefusedError, FewerRowsError, shown
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.file_ledger import Book, ReceivedFile, file_in_force
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import StageResult, fingerprint_of, record_stage
from breakwater.warehouse.workspace import Workspace

STAGE = "land"


@dataclass(frozen=True, slots=True)
class _VendorDay:
    """What one call is about, its connection, and a folder for its files."""

    workspace: Workspace
    contract: VendorContract
    day: date
    now: datetime
    connection: Connection
    scratch: Path

    @property
    def vendor(self) -> str:
        return self.contract.vendor


def land_day(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Land both books of a vendor's operational day from the files in force.

    A record that breaks the contract goes to quarantine with all of its reasons; the others land.
    A file that breaks it as a whole is refused: nothing of it lands, what landed before stays,
    and the finding is kept.

    Args:
        workspace: the installation.
        vendor: whose export.
        day: of which operational day.
        now: the instant to remember for what changes.

    Returns:
        Counts. `restated_days` lists earlier days whose rows changed and that are to be closed
        again.

    Raises:
        ExportMissingError: nothing has been fetched.
        ControlTotalError: rows are missing against what the vendor declared.
        ContractError: the file cannot be read as its contract says.
    """
    contract = workspace.configuration.vendor(vendor, day)
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-land-") as scratch,
        workspace.warehouse.transaction() as connection,
    ):
        hold(connection, STAGE, vendor, day)
        outcome = _land(_VendorDay(workspace, contract, day, now, connection, Path(scratch)))
    if isinstance(outcome, VendorDayError):
        raise outcome  # after the commit, so that its finding is kept
    return outcome


def _land(about: _VendorDay) -> StageResult | VendorDayError:
    export, log = _in_force(about, "vendor"), _in_force(about, "internal")
    try:
        book = vendor_book(
            about.workspace, about.contract, about.day, export, _local(about, export)
        )
    except ExportRefusedError as refusal:
        _replace_findings(about, [_finding_of(about, refusal)])
        return _error_of(about, export, refusal)
    internal = internal_book(about.workspace, about.vendor, about.day, log, _local(about, log))
    landed, actions = _publish(about, book), _publish(about, internal)
    _replace_findings(about, _quarantine_findings(about, book))
    total = book.total
    return record_stage(
        about.connection,
        day=about.day,
        vendor=about.vendor,
        stage=STAGE,
        inputs=[export.sha256, log.sha256, fingerprint_of(about.contract.model_dump(mode="json"))],
        outputs=[landed.hashes, actions.hashes],
        summary={
            "physical_rows": total.physical_rows,
            "landed_rows": total.landed_rows,
            "quarantined_rows": total.quarantined_rows,
            "reasons": book.reasons,
            "events": book.row_count,
            "restated_days": [d.isoformat() for d in landed.changed_days if d != about.day],
            "actions": internal.row_count,
            "actions_quarantined": internal.total.quarantined_rows,
        },
        at=about.now,
    )


def _in_force(about: _VendorDay, book: Book) -> ReceivedFile:
    file = file_in_force(about.connection, about.vendor, about.day, book)
    if file is None:
        raise ExportMissingError(
            about.vendor,
            about.day,
            "there is nothing to land",
            expected=f"a fetched file of the {book} book",
            found="none",
        )
    return file


def _local(about: _VendorDay, file: ReceivedFile) -> Path:
    """Bring a received file to the local disk."""
    local = about.scratch / file.book
    found = about.workspace.lake.copy_to(file.raw_path, local)
    if found != file.sha256:
        raise ControlTotalError(
            about.vendor,
            about.day,
            f"{shown(file.name)}: the kept file is not what was received",
            expected=f"sha256 {file.sha256}",
            found=found,
        )
    return local


def _publish(about: _VendorDay, book: BookOfDay) -> Landed:
    landed = replace_partitions(
        about.connection,
        about.workspace.lake,
        table=book.table,
        vendor=about.vendor,
        delivered_day=about.day,
        parts=book.parts,
        scratch=about.scratch,
        at=about.now,
    )
    replace_control_total(about.connection, about.vendor, about.day, book.total, book.refused)
    return landed


def _replace_findings(about: _VendorDay, findings: Iterator[Finding] | list[Finding]) -> None:
    replace_findings(about.connection, about.day, STAGE, about.vendor, findings)


def _finding_of(about: _VendorDay, refusal: ExportRefusedError) -> Finding:
    value, unit, expected = 1, "files", None
    if isinstance(refusal, FewerRowsError):
        value, unit, expected = refusal.physical, "rows", refusal.declared
    return Finding(
        rule=refusal.fault.rule,
        operational_day=about.day,
        vendor=about.vendor,
        severity=Severity.MAJOR,
        scope={},
        value=value,
        unit=unit,
        expected=expected,
        detail={"fault": refusal.fault.name.lower()},
    )


def _error_of(about: _VendorDay, file: ReceivedFile, refusal: ExportRefusedError) -> VendorDayError:
    kind = ControlTotalError if isinstance(refusal, FewerRowsError) else ContractError
    return kind(
        about.vendor,
        about.day,
        f"{shown(file.name)}: {refusal.fault}",
        expected=refusal.expected,
        found=refusal.found,
    )


def _quarantine_findings(about: _VendorDay, book: BookOfDay) -> Iterator[Finding]:
    total = book.total
    limit = about.workspace.configuration.operations.tolerances.quarantine_rate
    rate = total.quarantined_rows / total.physical_rows if total.physical_rows else 0
    if rate > limit:
        yield Finding(
            rule=Rule.QUARANTINE_HIGH,
            operational_day=about.day,
            vendor=about.vendor,
            severity=Severity.WARNING,
            scope={},
            value=rate,
            unit="rate",
            threshold=limit,
            detail={"rows": total.quarantined_rows, "reasons": book.reasons},
        )
