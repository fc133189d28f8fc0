"""From a vendor's export of shifts to rows of the lake; what is bad of it is refused like any other."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shifts import DURATIONS, SECONDS_OF, ShiftExport
from breakwater.contracts.tables import SHIFT
from breakwater.contracts.vendor import VendorContract
from breakwater.engine.base import arrow_schema
from breakwater.landing.books import BookOfDay
from breakwater.landing.control_totals import ControlTotal, check_arithmetic
from breakwater.landing.mapping.dimensions import plain_numbers, site_of
from breakwater.landing.mapping.pseudonyms import AGENT, pseudonyms
from breakwater.landing.mapping.reasons import Reasons
from breakwater.landing.mapping.terms import Terms
from breakwater.landing.mapping.text_checks import check_texts
from breakwater.landing.mapping.texts import Texts, is_unknown
from breakwater.landing.quarantine.refused_rows import RefusedRows
from breakwater.landing.reading.layout import Wanted
from breakwater.landing.reading.raw_rows import RawRows
from breakwater.landing.reading.read_export import open_file
from breakwater.landing.reading.refusal import ExportRefusedError, Fault
from breakwater.warehouse.file_ledger import ReceivedFile

LONGEST = 25 * 3600
"""Seconds of the longest day: more of anything is written in another unit than the contract says."""


def shift_book(terms: Terms, shifts: ShiftExport, file: ReceivedFile, local: Path) -> BookOfDay:
    """Read, check and map the shifts of a vendor-day.

    Args:
        terms: what the day's exports are read by.
        shifts: how this one is written.
        file: as received.
        local: its bytes, on the local disk; what is refused is kept in the same folder.

    Raises:
        ExportRefusedError: it is not what the contract says, or none of its rows is.
    """
    wanted = Wanted(shifts.column_names, indispensable=_indispensable(shifts))
    export = open_file(local, shifts.format, wanted, shifts.source.maximum_bytes)
    parts: list[pa.Table] = []
    physical = 0
    with RefusedRows(local.parent, "shifts") as refused, closing(export.chunks) as chunks:
        for raw in chunks:
            rows, reasons = _mapped(raw, terms, shifts, file.sha256)
            found = sorted(
                (*raw.refused, *reasons.refused_rows(raw)), key=lambda row: row.source_row
            )
            refused.add(found, {row.source_row for row in raw.refused})
            physical += raw.physical_rows
            parts.append(rows)
    landed = sum(part.num_rows for part in parts)
    if not landed:
        raise ExportRefusedError(
            Fault.EVERY_RECORD_REFUSED if physical else Fault.EMPTY,
            expected="shifts that can land",
            found=f"{refused.count} refused" if physical else "none",
        )
    total = ControlTotal(file, physical, landed, refused.count)
    check_arithmetic(terms.contract.vendor, terms.day, total)
    return BookOfDay(SHIFT, (total,), {terms.day: _batches(parts)}, (refused,))


def _indispensable(shifts: ShiftExport) -> tuple[str, ...]:
    return shifts.columns.agent, shifts.columns.scheduled_seconds


def _batches(parts: list[pa.Table]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        yield from part.to_batches()


def _mapped(
    raw: RawRows, terms: Terms, shifts: ShiftExport, sha256: str
) -> tuple[pa.Table, Reasons]:
    contract, columns = terms.contract, shifts.columns
    texts = Texts(raw.columns, contract.missing_values)
    reasons = Reasons(texts.row_count)
    check_texts(texts, shifts.column_names, reasons)
    agent = texts.cells(columns.agent)
    reasons.add("agent_missing", texts.of(columns.agent).is_null())
    told = {name: _seconds(texts, name, shifts, reasons) for name in DURATIONS}
    reasons.add("scheduled_seconds_missing", told["scheduled_seconds"].is_null())
    if columns.available_seconds is None and "available_seconds" in shifts.told:
        told["available_seconds"] = _left(told)
    rows = {
        "operational_day": _constant(terms.day, pa.date32(), texts.row_count),
        "vendor": _constant(contract.vendor, pa.string(), texts.row_count),
        "site": _site(texts, columns.site, contract, reasons),
        "agent": agent.spread(
            pseudonyms(agent.values, contract.vendor, terms.pseudonym_key, AGENT)
        ),
        **told,
        "source_sha256": _constant(sha256, pa.string(), texts.row_count),
        "source_row": pa.array(raw.source_row),
    }
    table = pa.table(rows).select(arrow_schema(SHIFT).names)
    return table.filter(pa.array(~reasons.is_refused)), reasons


def _site(texts: Texts, column: str | None, contract: VendorContract, reasons: Reasons) -> pa.Array:
    cells = texts.cells(column)
    places = site_of(cells.values, contract)
    reasons.add("site_unknown", cells.spread(is_unknown(cells.values, places)))
    return cells.spread(places.fill_null(contract.defaults.site))


def _seconds(texts: Texts, name: str, shifts: ShiftExport, reasons: Reasons) -> pa.Array:
    """Read a duration as whole seconds; null where the export does not tell it."""
    cells = texts.cells(getattr(shifts.columns, name))
    seconds = pc.multiply(plain_numbers(cells, name, reasons), float(SECONDS_OF[shifts.unit]))
    outside = pc.or_(pc.less(seconds, 0), pc.greater(seconds, LONGEST))
    reasons.add(f"{name}_out_of_range", cells.spread(outside))
    return cells.spread(pc.round(seconds)).cast(pa.int64())


def _left(told: dict[str, pa.Array]) -> pa.Array:
    """Return what handling and breaks leave of the time logged in; never less than nothing."""
    busy = pc.add(told["handling_seconds"], told["break_seconds"])
    left = pc.subtract(told["logged_in_seconds"], busy)
    return pc.if_else(pc.less(left, 0), pa.scalar(0, pa.int64()), left)


def _constant(value: date | str, kind: pa.DataType, length: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), length) if length else pa.nulls(0, kind)
