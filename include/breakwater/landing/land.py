"""Land: files as received become `case_event` and `enforcement_action`; what is bad is refused."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from breakwater.contracts.shape import ListingShape
from breakwater.core.errors import VendorDayError
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.books import BookOfDay, internal_book, vendor_book
from breakwater.landing.control_totals import replace_control_totals
from breakwater.landing.findings import landing_findings, refusal_finding
from breakwater.landing.land_shifts import ReadShifts, read_shifts
from breakwater.landing.listing.book import StartingListing
from breakwater.landing.listing.chain import days_that_start_otherwise, starting_listing
from breakwater.landing.mapping.terms import terms_of_day
from breakwater.landing.publishing.delivered import Delivery
from breakwater.landing.publishing.layouts import replace_layouts
from breakwater.landing.publishing.partitions import Landed, replace_partitions
from breakwater.landing.publishing.spill import spilling
from breakwater.landing.publishing.vendor_totals import replace_vendor_totals
from breakwater.landing.quarantine.corrections import corrections_of
from breakwater.landing.read_book import FileReader, FileRefusedError
from breakwater.landing.vendor_day import VendorDay, error_of, local_copy, nothing_to_land
from breakwater.warehouse.database import hold
from breakwater.warehouse.file_ledger import file_in_force, files_in_force
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.listings import STARTS_FROM
from breakwater.warehouse.stage_run import StageResult, fingerprint_of, record_stage
from breakwater.warehouse.stale import mark_stale
from breakwater.warehouse.workspace import Workspace

STAGE = "land"


def land_day(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Land both books of a vendor's operational day from the files in force.

    A record that breaks the contract goes to quarantine with all of its reasons; the others land.
    When one of the files breaks it as a whole, the vendor-day is refused: nothing of it lands, what
    landed before stays, and the finding is kept.

    Memory does not grow with the files: it holds one chunk of rows and, for sorting, what the
    engine's memory limit allows; the rest is on the local disk.

    Args:
        workspace: the installation.
        vendor: whose export.
        day: of which operational day.
        now: the instant to remember for what changes.

    Returns:
        Counts. `restated_days` lists other days whose book changed; those of them that were closed
        before are marked to be closed again.

    Raises:
        ExportMissingError: nothing has been fetched.
        ControlTotalError: rows are missing against what the vendor declared.
        ContractError: a file cannot be read as its contract says.
    """
    contract = workspace.configuration.vendor(vendor, day)
    settings = workspace.configuration.operations.engine
    engine = DuckDBEngine(settings.memory_limit, settings.threads)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="breakwater-land-") as scratch,
            workspace.warehouse.transaction() as connection,
        ):
            hold(connection, STAGE, vendor, day)
            about = VendorDay(workspace, contract, day, now, connection, engine, Path(scratch))
            outcome = _land(about)
    finally:
        engine.close()
    if isinstance(outcome, VendorDayError):
        raise outcome  # after the commit, so that its finding is kept
    return outcome


def _land(about: VendorDay) -> StageResult | VendorDayError:
    exports = files_in_force(about.connection, about.contract, about.vendor, about.day)
    if not exports:
        raise nothing_to_land(about, "vendor")
    log = file_in_force(about.connection, about.vendor, about.day, "internal")
    if log is None:
        raise nothing_to_land(about, "internal")
    corrections = corrections_of(about.connection, about.vendor, about.day)
    with spilling(about.scratch / "records.parquet") as spill:
        reader = FileReader(
            terms_of_day(about.workspace, about.contract, about.day),
            corrections,
            spill,
            about.scratch,
            lambda file: local_copy(about, file),
        )
        try:
            start = _start(about)
            book = vendor_book(reader, about.engine, exports, start)
        except FileRefusedError as refused:
            finding = refusal_finding(about.vendor, about.day, refused.refusal)
            replace_findings(about.connection, about.day, STAGE, about.vendor, [finding])
            return error_of(about, refused)
    internal = internal_book(
        about.workspace,
        about.vendor,
        about.day,
        log,
        local_copy(about, log),
        scratch=about.scratch,
    )
    shifts = read_shifts(about)
    landed, actions = _deliver(about, book), _publish(about, internal)
    worked = _publish(about, shifts.book) if shifts and shifts.book else None
    replace_vendor_totals(about.connection, about.contract, about.day, exports)
    _mark_changed(about, landed, actions, worked)
    _tell(about, book, shifts)
    starts_from = None if start is None else start.file.sha256
    inputs: list[object] = [[file.sha256 for file in (*exports, log)], corrections.by_file]
    if shifts is not None:
        inputs.append(shifts.sha256)
    result = _record(
        about,
        [*inputs, starts_from],
        [
            _Landed(book, landed),
            _Landed(internal, actions),
            *([_Landed(shifts.book, worked)] if shifts and shifts.book and worked else []),
        ],
        {
            **({} if starts_from is None else {STARTS_FROM: starts_from}),
            **({} if shifts is None else {"shifts": worked.row_count if worked else 0}),
        },
    )
    _mark_followers(about)
    return result


def _start(about: VendorDay) -> StartingListing | None:
    """Find what was in the queue when the day began, where the vendor lists it."""
    if not isinstance(about.contract.shape, ListingShape):
        return None
    return starting_listing(about.connection, about.workspace, about.contract, about.day)


def _mark_followers(about: VendorDay) -> None:
    """Name the closed days that started from a listing which is no longer the one before them."""
    if isinstance(about.contract.shape, ListingShape):
        followers = days_that_start_otherwise(
            about.connection, about.workspace, about.contract, about.day, STAGE
        )
        reason = "the listing that it starts from"
        mark_stale(about.connection, about.vendor, followers, reason, about.now)


def _deliver(about: VendorDay, book: BookOfDay) -> Landed:
    """Publish the vendor's book."""
    delivery = Delivery(
        about.connection,
        about.workspace.lake,
        about.engine,
        about.contract,
        about.day,
        about.scratch,
        about.now,
    )
    landed = delivery.deliver(STAGE, book.parts)
    _account(about, book)
    return landed


def _mark_changed(about: VendorDay, landed: Landed, actions: Landed, shifts: Landed | None) -> None:
    """Name the closed days whose rows are others than before, those of our own log included."""
    others = [day for day in landed.changed_days if day != about.day]
    own = [day for day in landed.changed_days if day == about.day]
    for days, reason in (
        (others, f"rows that came with {about.day.isoformat()}"),
        (own, "landed again"),
        (actions.changed_days, "our own log"),
        (shifts.changed_days if shifts else (), "shifts"),
    ):
        mark_stale(about.connection, about.vendor, days, reason, about.now)


def _publish(about: VendorDay, book: BookOfDay) -> Landed:
    """Publish a book that is of this day alone: our own log, the shifts."""
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
    _account(about, book)
    return landed


def _account(about: VendorDay, book: BookOfDay) -> None:
    """Keep a book's totals, the index of what was refused, and the refused lines themselves."""
    pairs = list(zip(book.totals, book.refused, strict=True))
    replace_control_totals(
        about.connection,
        about.vendor,
        about.day,
        book.totals,
        [(total.file, refused.index()) for total, refused in pairs],
    )
    for total, refused in pairs:
        refused.lines.keep(about.workspace.lake, about.vendor, about.day, total.file.sha256)


def _tell(about: VendorDay, book: BookOfDay, shifts: ReadShifts | None) -> None:
    tolerances = about.workspace.configuration.operations.tolerances
    changes = replace_layouts(
        about.connection,
        about.vendor,
        about.day,
        [
            (total.file.sha256, layout)
            for total, layout in zip(book.totals, book.layouts, strict=True)
        ],
    )
    findings = [
        *landing_findings(about.vendor, about.day, book, tolerances.quarantine_rate, changes)
    ]
    if shifts is not None and shifts.finding is not None:
        findings.append(shifts.finding)
    replace_findings(about.connection, about.day, STAGE, about.vendor, findings)


@dataclass(frozen=True, slots=True)
class _Landed:
    """A book and what became of it."""

    book: BookOfDay
    rows: Landed


def _record(
    about: VendorDay,
    inputs: list[object],
    books: Sequence[_Landed],
    more: dict[str, object],
) -> StageResult:
    vendor, internal = books[:2]
    totals = ("physical", "landed", "quarantined", "rejected", "released")
    restated = [day for day in vendor.rows.changed_days if day != about.day]
    return record_stage(
        about.connection,
        day=about.day,
        vendor=about.vendor,
        stage=STAGE,
        inputs=[*inputs, fingerprint_of(about.contract.model_dump(mode="json"))],
        outputs=[each.rows.hashes for each in books],
        summary={
            "files": len(vendor.book.totals),
            **{f"{name}_rows": vendor.book.sum_of(f"{name}_rows") for name in totals},
            "derived_records": vendor.book.sum_of("derived_records"),
            "reasons": vendor.book.reasons,
            "events": vendor.rows.row_count,
            "restated_days": [day.isoformat() for day in restated],
            "actions": internal.rows.row_count,
            "actions_quarantined": internal.book.sum_of("quarantined_rows"),
            **more,
        },
        at=about.now,
    )
