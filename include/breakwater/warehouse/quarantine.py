"""The index of refused records: which, of which file, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from breakwater.warehouse.database import Connection


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Refused records of one file for one reason; a record with several reasons is in each.

    Attributes:
        vendor: whose file, or whose part of our log.
        day: of which operational day.
        book: the vendor's or our own.
        file_name: as the sender named it.
        sha256: hash of the file.
        reason: why.
        records: how many.
        first_row: the first of them, 1-based.
    """

    vendor: str
    day: date
    book: str
    file_name: str
    sha256: str
    reason: str
    records: int
    first_row: int


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One refused record of a vendor's file, with every reason."""

    file_name: str
    sha256: str
    source_row: int
    reasons: tuple[str, ...]


def quarantined(
    connection: Connection, vendor: str | None, day: date | None, reason: str | None
) -> list[Quarantined]:
    """Count what is in quarantine, newest day first and most records first."""
    rows = connection.execute(
        "select vendor, operational_day as day, book, file_name, sha256, each as reason,"
        " count(*) as records, min(source_row) as first_row"
        " from landing.quarantine_record cross join unnest(reasons) as each"
        " where vendor = coalesce(%s, vendor) and operational_day = coalesce(%s, operational_day)"
        " and each = coalesce(%s, each)"
        " group by vendor, operational_day, book, file_name, sha256, each"
        " order by operational_day desc, vendor, book desc, sha256, records desc, reason",
        [vendor, day, reason],
    )
    return [Quarantined(**row) for row in rows]


def quarantined_rows(
    connection: Connection, vendor: str, day: date, rows: Sequence[int] | None = None
) -> list[QuarantinedRow]:
    """List the refused records of a vendor-day's files; only those of some row numbers if given."""
    found = connection.execute(
        "select file_name, sha256, source_row, reasons from landing.quarantine_record"
        " where vendor = %s and operational_day = %s and book = 'vendor'"
        " and (%s::bigint[] is null or source_row = any(%s::bigint[]))"
        " order by sha256, source_row",
        [vendor, day, rows, rows],
    )
    return [
        QuarantinedRow(row["file_name"], row["sha256"], row["source_row"], tuple(row["reasons"]))
        for row in found
    ]


def corrections_of_day(connection: Connection, vendor: str, day: date) -> list[dict[str, Any]]:
    """List every correction of a vendor-day, the newest of a row last."""
    return connection.execute(
        "select sha256, source_row, cells, corrected_by, note, corrected_at"
        " from landing.correction where vendor = %s and operational_day = %s"
        " order by sha256, source_row, correction_id",
        [vendor, day],
    ).fetchall()


def landed_files(connection: Connection, vendor: str, day: date) -> set[str]:
    """Return the hashes of the vendor's files that the day was last landed from."""
    rows = connection.execute(
        "select sha256 from landing.control_total"
        " where vendor = %s and operational_day = %s and book = 'vendor'",
        [vendor, day],
    )
    return {row["sha256"] for row in rows}


def header_of(connection: Connection, vendor: str, day: date, sha256: str) -> list[str] | None:
    """Return the columns of a file that landed, in its order; None when it never did."""
    row = connection.execute(
        "select columns from landing.layout where vendor = %s and operational_day = %s"
        " and sha256 = %s",
        [vendor, day, sha256],
    ).fetchone()
    return None if row is None else list(row["columns"])
