"""The book of a vendor whose files list its queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from breakwater.contracts.file_format import JsonLinesFormat
from breakwater.contracts.shape import ListingShape
from breakwater.contracts.source import FileSource
from breakwater.contracts.vendor import VendorContract
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.control_totals import ControlTotal
from breakwater.landing.listing.moves import START, STILL, Moved, gaps_of, tell_moves
from breakwater.landing.listing.names import listed_at
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.publishing.identity import open_spill
from breakwater.landing.publishing.spill import spilling
from breakwater.landing.quarantine.corrections import Corrections
from breakwater.landing.read_book import FileRead, FileReader, FileRefusedError
from breakwater.landing.reading.refusal import ExportRefusedError
from breakwater.warehouse.file_ledger import ReceivedFile

FIRST = START + 1
"""Number of the first listing of the day itself."""


@dataclass(frozen=True, slots=True)
class StartingListing:
    """The last listing of the days before: what it holds is there when the day begins.

    Attributes:
        file: as received.
        terms: those of its own day.
        corrections: of its own day.
    """

    file: ReceivedFile
    terms: Terms
    corrections: Corrections


@dataclass(frozen=True, slots=True)
class Listings:
    """The listings of a day, read.

    Attributes:
        files: in order of their instants.
        read: each of them.
        totals: of each of them.
        moved: what they tell.
        sources: content hash by the number of a listing.
        gaps: minutes between listings that are farther apart than the contract allows.
    """

    files: tuple[ReceivedFile, ...]
    read: tuple[FileRead, ...]
    totals: tuple[ControlTotal, ...]
    moved: Moved
    sources: tuple[str, ...]
    gaps: tuple[int, ...]


def read_listings(
    reader: FileReader,
    engine: DuckDBEngine,
    shape: ListingShape,
    files: Sequence[ReceivedFile],
    start: StartingListing | None,
) -> Listings:
    """Read the listings of a day and find what happened between them.

    Args:
        reader: reads the files.
        engine: a session of its own; ``record`` is left in it.
        shape: what the listings mean.
        files: those in force.
        start: the listing before the first of them, if there is one.

    Raises:
        FileRefusedError: a file breaks its contract, or its name does not tell its instant.
    """
    contract = reader.terms.contract
    ordered = in_order(files, contract)
    instants = {number: at for number, (at, _) in enumerate(ordered, start=FIRST)}
    read = [
        reader.read(number, file, may_be_empty=_may_be_empty(contract))
        for number, (_, file) in enumerate(ordered, start=FIRST)
    ]
    reader.spill.close()
    open_spill(engine, "listed_today", reader.spill)
    sources = ["", *(file.sha256 for _, file in ordered)]
    listed = {"listed_today": reader.spill.columns}
    if start is not None:
        sources[START] = start.file.sha256
        instants = {START: in_order([start.file], start.terms.contract)[0][0]} | instants
        listed["listed_before"] = _read_start(reader, engine, start)
    columns = _unite(engine, listed)
    moved = tell_moves(engine, shape, columns, instants, reader.terms.day) if columns else STILL
    totals = tuple(_total(each.total, number, moved) for number, each in enumerate(read, FIRST))
    return Listings(
        tuple(file for _, file in ordered),
        tuple(read),
        totals,
        moved,
        tuple(sources),
        gaps_of(list(instants.values()), shape),
    )


def in_order(
    files: Sequence[ReceivedFile], contract: VendorContract
) -> list[tuple[int, ReceivedFile]]:
    """Return listings with their instants, in the order of both instant and name.

    Raises:
        FileRefusedError: a name does not tell an instant.
    """
    shape, source = contract.shape, contract.source
    if not isinstance(shape, ListingShape) or not isinstance(source, FileSource):
        message = f"{contract.vendor}: expected a contract of listings; found {shape.kind}"
        raise TypeError(message)
    zone = ZoneInfo(source.name_zone)
    found = []
    for file in files:
        try:
            found.append((listed_at(file.name, shape, zone), file))
        except ExportRefusedError as refusal:
            raise FileRefusedError(file, refusal) from refusal
    return sorted(found, key=lambda each: (each[0], each[1].name))


def _may_be_empty(contract: VendorContract) -> bool:
    """A listing of nothing is a fact: everybody left. Its header says that it is whole.

    JSON lines have none, and a file of no bytes may be anything: there, nothing has to be declared.
    """
    return not isinstance(contract.format, JsonLinesFormat)


def _unite(engine: DuckDBEngine, listed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Leave the rows of all listings in the engine as ``listed``; return their columns.

    Args:
        engine: holds each name that has columns.
        listed: columns by name, today's first; none where the listings of a name have no rows.

    Returns:
        Those of the first name that has any; none when there is no row at all.
    """
    told = {name: columns for name, columns in listed.items() if columns}
    columns = tuple(next(iter(told.values()), ()))
    parts = []
    for name, known in told.items():
        # Another version of the contract may have fewer columns: what it lacks is not known.
        spelled = ", ".join(f'"{n}"' if n in known else f'null as "{n}"' for n in columns)
        parts.append(f"select {spelled} from {name}")  # noqa: S608  names and columns of ours
    if parts:
        engine.define("listed", " union all ".join(parts))
    return columns


def _read_start(
    reader: FileReader, engine: DuckDBEngine, start: StartingListing
) -> tuple[str, ...]:
    """Read the listing before the day's first; return its columns, none when it has no rows."""
    with spilling(reader.scratch / "before.parquet") as spill:
        before = replace(reader, terms=start.terms, corrections=start.corrections, spill=spill)
        before.read(START, start.file, may_be_empty=_may_be_empty(start.terms.contract))
    open_spill(engine, "listed_before", spill)
    return spill.columns


def _total(total: ControlTotal, number: int, moved: Moved) -> ControlTotal:
    """Count the rows that say nothing new as rejected, and who left as derived."""
    landed = moved.landed.get(number, 0)
    return replace(
        total,
        landed_rows=landed,
        rejected_rows=total.rejected_rows + total.landed_rows - landed,
        derived_records=moved.derived.get(number, 0),
    )
