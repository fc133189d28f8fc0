"""The two books of a vendor-day, made ready for publication from the files in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.file_format import Manifest
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, Table
from breakwater.contracts.vendor import VendorContract
from breakwater.core.errors import ControlTotalError
from breakwater.core.vocabulary import EventType
from breakwater.landing.actions import enforcement_actions, read_slice
from breakwater.landing.control_totals import ControlTotal, check_arithmetic, check_declared
from breakwater.landing.events import CaseEvents
from breakwater.landing.raw_rows import RefusedRow
from breakwater.landing.read_export import read_export
from breakwater.landing.records import Records, map_records
from breakwater.landing.refusal import ExportRefusedError, Fault
from breakwater.landing.terms import Terms
from breakwater.warehouse.file_ledger import ReceivedFile
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BookOfDay:
    """One book, checked: its totals, its rows by operational day (to be read once), what was refused."""

    table: Table
    total: ControlTotal
    row_count: int
    parts: Mapping[date, Iterable[pa.RecordBatch]]
    refused: tuple[RefusedRow, ...]
    reasons: dict[str, int]


def vendor_book(
    workspace: Workspace, contract: VendorContract, day: date, file: ReceivedFile, local: Path
) -> BookOfDay:
    """Read, check and map a vendor's export.

    Raises:
        ExportRefusedError: it breaks its contract as a whole, or each of its records does.
        ControlTotalError: a record got lost on the way: a fault of ours.
    """
    raw = read_export(local, contract)
    check_declared(
        file, raw.physical_rows, requires_manifest=isinstance(contract.control, Manifest)
    )
    terms = Terms(
        contract,
        workspace.configuration.operations,
        day,
        workspace.window(day),
        workspace.pseudonym_key,
    )
    records = map_records(raw, terms)
    _check_not_all_refused(records)
    landed, refused = records.columns.num_rows, len(records.refused)
    total = ControlTotal(file, raw.physical_rows, landed, refused)
    check_arithmetic(contract.vendor, day, total)
    decided_types = {EventType.DECIDED, *contract.book.event_types}
    events = CaseEvents(records, contract.vendor, file.sha256, decided_types)
    # The day itself is published even without rows: that the vendor reported is a fact, too.
    parts = {each: events.rows(each) for each in sorted({day, *events.days})}
    return BookOfDay(CASE_EVENT, total, events.count, parts, records.refused, records.reason_counts)


def _check_not_all_refused(records: Records) -> None:
    """A file without one good record is not an export with bad records: its contract changed."""
    if records.refused and not records.columns.num_rows:
        reason, count = max(records.reason_counts.items(), key=lambda item: item[1])
        raise ExportRefusedError(
            Fault.EVERY_RECORD_REFUSED,
            expected="records that can land",
            found=f"{len(records.refused)} refused, {count} of them with {reason}",
        )


def internal_book(
    workspace: Workspace, vendor: str, day: date, file: ReceivedFile, local: Path
) -> BookOfDay:
    """Read, check and map the slice of our own log; the day's edges come with it.

    Raises:
        ControlTotalError: rows got lost between the log and here.
    """
    raw = read_slice(local)
    if raw.physical_rows != file.declared_rows:
        raise ControlTotalError(
            vendor,
            day,
            "the slice of the enforcement log is short of rows",
            expected=f"{file.declared_rows} rows",
            found=f"{raw.physical_rows}",
        )
    actions, refused, reasons = enforcement_actions(raw, workspace, vendor)
    total = ControlTotal(file, raw.physical_rows, actions.num_rows, len(refused))
    check_arithmetic(vendor, day, total)
    parts = {day: actions.to_batches()}
    return BookOfDay(ENFORCEMENT_ACTION, total, actions.num_rows, parts, refused, reasons)
