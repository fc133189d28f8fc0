"""The two books of a vendor-day, made ready for publication from the files in force."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.shape import ListingShape
from breakwater.contracts.tables import CASE_DELIVERY, ENFORCEMENT_ACTION, Table
from breakwater.core.errors import ControlTotalError
from breakwater.core.vocabulary import EventType
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.actions import enforcement_actions, read_slice
from breakwater.landing.control_totals import ControlTotal, check_arithmetic
from breakwater.landing.listing.book import FIRST, StartingListing, read_listings
from breakwater.landing.publishing.events import CaseEvents
from breakwater.landing.publishing.identity import Identified, identified_rows, identify, open_spill
from breakwater.landing.publishing.same_record import names_of_records
from breakwater.landing.quarantine.refused_rows import RefusedRows
from breakwater.landing.read_book import FileRead, FileReader, FileRefusedError
from breakwater.landing.reading.layout import Layout
from breakwater.landing.reading.refusal import ExportRefusedError, Fault
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
        gaps: of a vendor that lists its queue, minutes between listings that are too far apart.
    """

    table: Table
    totals: tuple[ControlTotal, ...]
    parts: Mapping[date, Iterable[pa.RecordBatch]]
    refused: tuple[RefusedRows, ...]
    layouts: tuple[Layout, ...] = ()
    gaps: tuple[int, ...] = ()

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
    reader: FileReader,
    engine: DuckDBEngine,
    files: Sequence[ReceivedFile],
    start: StartingListing | None = None,
) -> BookOfDay:
    """Read, check and map what a vendor sent; the rows are read from the engine afterwards.

    Args:
        reader: reads the files.
        engine: a session of its own.
        files: those in force, in order of delivery.
        start: of a vendor that lists its queue, the listing before the first of them.

    Raises:
        FileRefusedError: a file breaks its contract as a whole, or each of its records does.
        ControlTotalError: a record got lost on the way: a fault of ours.
    """
    shape = reader.terms.contract.shape
    if isinstance(shape, ListingShape):
        listings = read_listings(reader, engine, shape, files, start)
        identified = identify(engine, listings.moved.said)
        happenings = listings.moved.happenings
        book = _book(reader, engine, identified, happenings, listings.sources)
        totals = _released(reader, engine, identified, listings.totals, FIRST)
        return _checked(reader, replace(book, gaps=listings.gaps), totals, listings.read)
    read = [
        reader.read(number, file, may_be_empty=len(files) > 1) for number, file in enumerate(files)
    ]
    reader.spill.close()
    _check_not_empty(read)
    written = open_spill(engine, "record", reader.spill)
    replaced_by: tuple[str, ...] = ()
    if reader.terms.contract.delivery.content == "increment" and len(files) > 1:
        replaced_by = names_of_records(reader.terms.contract, reader.spill.happenings)
    identified = identify(engine, reader.spill.said, replaced_by=replaced_by)
    sources = [file.sha256 for file in files]
    book = _book(reader, engine, identified, reader.spill.happenings, sources)
    totals = [
        _landed(each.total, written.get(number, 0), identified.by_file.get(number, 0))
        for number, each in enumerate(read)
    ]
    return _checked(reader, book, _released(reader, engine, identified, totals, 0), read)


def _book(
    reader: FileReader,
    engine: DuckDBEngine,
    identified: Identified,
    happenings: tuple[str, ...],
    sources: Sequence[str],
) -> BookOfDay:
    """Lay out the events of the records that land; nothing is counted yet."""
    contract, day = reader.terms.contract, reader.terms.day
    decided_types = {EventType.DECIDED, *contract.book.event_types}
    events = CaseEvents(engine, contract.vendor, sources, happenings, decided_types)
    # The day itself is published even without rows: that the vendor reported is a fact, too.
    parts = {each: events.rows(each) for each in sorted({day, *identified.days})}
    return BookOfDay(CASE_DELIVERY, (), parts, ())


def _checked(
    reader: FileReader, book: BookOfDay, totals: Sequence[ControlTotal], read: Sequence[FileRead]
) -> BookOfDay:
    """Check the arithmetic of every file and keep it with the book."""
    for total in totals:
        check_arithmetic(reader.terms.contract.vendor, reader.terms.day, total)
    return replace(
        book,
        totals=tuple(totals),
        refused=tuple(each.refused for each in read),
        layouts=tuple(each.layout for each in read),
    )


def _landed(total: ControlTotal, written: int, landed: int) -> ControlTotal:
    """Take what was written as landed, but for what a later file replaced: that is rejected."""
    return replace(total, landed_rows=landed, rejected_rows=total.rejected_rows + written - landed)


def _released(
    reader: FileReader,
    engine: DuckDBEngine,
    identified: Identified,
    totals: Sequence[ControlTotal],
    first_number: int,
) -> list[ControlTotal]:
    """Count the corrected rows among those that landed: a row may be replaced, or say nothing."""
    corrected = {
        number: reader.corrections.rows_of(total.file.sha256)
        for number, total in enumerate(totals, first_number)
    }
    landed = identified_rows(engine, corrected) if identified.by_file else {}
    return [
        replace(total, released_rows=landed.get(number, 0))
        for number, total in enumerate(totals, first_number)
    ]


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
    actions, refused, _ = enforcement_actions(raw, workspace, vendor, day)
    total = ControlTotal(file, raw.physical_rows, actions.num_rows, len(refused))
    check_arithmetic(vendor, day, total)
    parts = {day: actions.to_batches()}
    with RefusedRows(scratch, "internal") as rows:
        rows.add(refused, ())
    return BookOfDay(ENFORCEMENT_ACTION, (total,), parts, (rows,))
