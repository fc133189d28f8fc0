"""The two books of a vendor-day, made ready for publication from the files in force."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.tables import CASE_DELIVERY, ENFORCEMENT_ACTION, Table
from breakwater.core.errors import ControlTotalError
from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.actions import enforcement_actions, read_slice
from breakwater.landing.control_totals import ControlTotal, check_arithmetic
from breakwater.landing.events import CaseEvents
from breakwater.landing.identity import Identified, identify
from breakwater.landing.layout import Layout
from breakwater.landing.read_book import FileRead, FileReader, FileRefusedError
from breakwater.landing.refusal import ExportRefusedError, Fault
from breakwater.landing.refused_rows import RefusedRows
from breakwater.warehouse.file_ledger import ReceivedFile
from breakwater.warehouse.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BookOfDay:
    """One book, checked.

    Attributes:
        table: where its rows go.
        totals: of each file.
        parts: its rows by operational day, each to be read once.
        refused: the refused rows of each file, in the order of the totals.
        layouts: columns of each file; none for our own log.
    """

    table: Table
    totals: tuple[ControlTotal, ...]
    parts: Mapping[date, Iterable[pa.RecordBatch]]
    refused: tuple[RefusedRows, ...]
    layouts: tuple[Layout, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many records carry each reason; one may carry several."""
        counts = Counter[str]()
        for refused in self.refused:
            counts += refused.reasons
        return dict(sorted(counts.items()))

    def sum_of(self, name: str) -> int:
        """Add up one of the totals over all files."""
        return sum(getattr(total, name) for total in self.totals)


def vendor_book(
    reader: FileReader, engine: DuckDBEngine, files: Sequence[ReceivedFile]
) -> BookOfDay:
    """Read, check and map what a vendor sent; the rows are read from the engine afterwards.

    Args:
        reader: reads the files.
        engine: a session of its own.
        files: those in force, in order of delivery.

    Raises:
        FileRefusedError: a file breaks its contract as a whole, or each of its records does.
        ControlTotalError: a record got lost on the way: a fault of ours.
    """
    contract, day = reader.terms.contract, reader.terms.day
    read = [
        reader.read(number, file, may_be_empty=len(files) > 1) for number, file in enumerate(files)
    ]
    reader.spill.close()
    _check_not_empty(read)
    identified = identify(
        engine, reader.spill, replaces=contract.delivery.content == "increment" and len(files) > 1
    )
    totals = tuple(_landed(each.total, identified, number) for number, each in enumerate(read))
    for total in totals:
        check_arithmetic(contract.vendor, day, total)
    events = CaseEvents(
        engine,
        contract.vendor,
        [file.sha256 for file in files],
        reader.spill.happenings,
        {EventType.DECIDED, *contract.book.event_types},
    )
    # The day itself is published even without rows: that the vendor reported is a fact, too.
    parts = {each: events.rows(each) for each in sorted({day, *identified.days})}
    return BookOfDay(
        CASE_DELIVERY,
        totals,
        parts,
        tuple(each.refused for each in read),
        tuple(each.layout for each in read),
    )


def _landed(total: ControlTotal, identified: Identified, number: int) -> ControlTotal:
    """Take what was written as landed, but for what a later file replaced: that is rejected."""
    written, landed = identified.written.get(number, 0), identified.by_file.get(number, 0)
    return replace(total, landed_rows=landed, rejected_rows=total.rejected_rows + written - landed)


def _check_not_empty(read: Sequence[FileRead]) -> None:
    """Of many files some may be empty; a day without any record is believed when it is declared."""
    files = [each.total.file for each in read]
    if all(each.total.physical_rows == 0 for each in read) and any(
        file.declared_rows is None for file in files
    ):
        raise FileRefusedError(
            files[-1], ExportRefusedError(Fault.EMPTY, expected="records", found="none")
        )


def internal_book(
    workspace: Workspace,
    vendor: str,
    day: date,
    file: ReceivedFile,
    local: Path,
    *,
    scratch: Path,
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
    actions, refused, _ = enforcement_actions(raw, workspace, vendor)
    total = ControlTotal(file, raw.physical_rows, actions.num_rows, len(refused))
    check_arithmetic(vendor, day, total)
    parts = {day: actions.to_batches()}
    with RefusedRows(scratch, "internal") as rows:
        rows.add(refused, ())
    return BookOfDay(ENFORCEMENT_ACTION, (total,), parts, (rows,))
