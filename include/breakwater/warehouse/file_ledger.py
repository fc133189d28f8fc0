"""Every distinct content ever fetched for a vendor-day, and which of them are in force."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from breakwater.contracts.shape import ListingShape
from breakwater.contracts.source import FileSource
from breakwater.contracts.vendor import VendorContract
from breakwater.warehouse.database import Connection

Book = Literal["vendor", "internal", "shifts"]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file as received.

    Attributes:
        book: the vendor's export, the slice of our own enforcement log, or the vendor's shifts.
        name: bare file name at its source.
        sha256: hash of its bytes.
        size_bytes: how many there are.
        raw_path: where the lake keeps them.
        manifest: totals stated beside the file, ``{"rows": …, "sha256": …}``; None without any.
        delivered_at: when it was left at its source.
        is_late: whether that was after the deadline.
        has_records: False when it holds none; two quiet days may then have equal bytes.
        is_removed: True once retention deleted the bytes.
    """

    book: Book
    name: str
    sha256: str
    size_bytes: int
    raw_path: str
    manifest: Mapping[str, Any] | None
    delivered_at: datetime
    is_late: bool
    has_records: bool = True
    is_removed: bool = False

    @property
    def declared_rows(self) -> int | None:
        """How many rows the sender believes it sent."""
        return None if self.manifest is None else self.manifest.get("rows")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file whose bytes were delivered before, for another operational day."""

    file: ReceivedFile
    first_day: date


def record_file(
    connection: Connection,
    vendor: str,
    day: date,
    file: ReceivedFile,
    at: datetime,
    *,
    among_its_name: bool = False,
) -> bool:
    """Remember a file; return whether the ledger changed.

    A content that is in force already keeps the instant of its first delivery: touching or copying
    the file anew does not make it late. One that was in force once and comes back, comes into
    force again.

    Args:
        connection: an open transaction on the warehouse.
        vendor: whose file.
        day: of which operational day.
        file: what was received.
        at: the instant of the fetch.
        among_its_name: whether a file takes the place of earlier ones of its name only, as where
            a day is the sum of several; otherwise of every earlier file of the day.
    """
    # Bytes that were deleted and are there again: their period begins anew.
    connection.execute(
        "update landing.file_ledger set removed_at = null, fetched_at = %s where vendor = %s"
        " and operational_day = %s and raw_path = %s and removed_at is not null",
        [at, vendor, day, file.raw_path],
    )
    earlier = received_files(connection, vendor, day, file.book)
    if among_its_name:
        earlier = [each for each in earlier if each.name == file.name]
    if earlier and (earlier[-1].name, earlier[-1].sha256, earlier[-1].manifest) == (
        file.name,
        file.sha256,
        file.manifest,
    ):
        return False
    found = connection.execute(
        "insert into landing.file_ledger as ledger (vendor, operational_day, book, name, sha256,"
        " size_bytes, raw_path, manifest, delivered_at, fetched_at, is_late, has_records)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (vendor, operational_day, book, name, sha256) do update set"
        " manifest = excluded.manifest, delivered_at = excluded.delivered_at,"
        " fetched_at = excluded.fetched_at, is_late = excluded.is_late"
        " where ledger.delivered_at < excluded.delivered_at"
        " or ledger.manifest is distinct from excluded.manifest"
        " returning 1",
        [
            vendor,
            day,
            file.book,
            file.name,
            file.sha256,
            file.size_bytes,
            file.raw_path,
            None if file.manifest is None else json.dumps(dict(file.manifest)),
            file.delivered_at,
            at,
            file.is_late,
            file.has_records,
        ],
    ).fetchone()
    return found is not None


def received_files(
    connection: Connection, vendor: str, day: date, book: Book
) -> list[ReceivedFile]:
    """List every file ever received for a vendor-day's book, in order of delivery."""
    rows = connection.execute(
        "select book, name, sha256, size_bytes, raw_path, manifest, delivered_at, is_late,"
        " has_records, removed_at is not null as is_removed from landing.file_ledger"
        " where vendor = %s and operational_day = %s and book = %s"
        ' order by delivered_at, name collate "C", file_id',
        [vendor, day, book],
    ).fetchall()
    return [ReceivedFile(**row) for row in rows]


def file_in_force(
    connection: Connection, vendor: str, day: date, book: Book
) -> ReceivedFile | None:
    """Return the file of a vendor-day's book that was delivered last, if there is one.

    For our own log and for shifts. A vendor's cases are asked for by `files_in_force`.
    """
    files = received_files(connection, vendor, day, book)
    return files[-1] if files else None


def files_in_force(
    connection: Connection, contract: VendorContract, vendor: str, day: date
) -> list[ReceivedFile]:
    """List the files of a vendor that together say what its day is, in order of delivery.

    A snapshot of one file is the newest; of many files, the newest of each name, and of equal ones
    the first. Of increments every distinct content counts, at its first delivery. A file that was
    delivered for another day before is none of them (see `duplicates`).
    """
    again = duplicates(connection, contract, vendor, day)
    known = {(each.file.name, each.file.sha256) for each in again}
    received = received_files(connection, vendor, day, "vendor")
    return in_force_of(contract, [f for f in received if (f.name, f.sha256) not in known])


def in_force_of(contract: VendorContract, files: Sequence[ReceivedFile]) -> list[ReceivedFile]:
    """Choose, of all files of one day in order of delivery, those that say what it is."""
    if contract.delivery.content == "increment":
        first = _first_of_each_content(files)
        return [file for file in files if first[file.sha256] is file]
    if is_sum_of_files(contract):
        newest = {file.name: file for file in files}
        return _told_once(contract, [file for file in files if newest[file.name] is file])
    return list(files[-1:])


def _told_once(contract: VendorContract, files: Sequence[ReceivedFile]) -> list[ReceivedFile]:
    """Leave out the copies of a file under other names: their records are there already.

    Listings may be equal at different hours, and files without records say nothing twice.
    """
    if isinstance(contract.shape, ListingShape):
        return list(files)
    first = _first_of_each_content(files)
    return [file for file in files if not file.has_records or first[file.sha256] is file]


def _first_of_each_content(files: Sequence[ReceivedFile]) -> dict[str, ReceivedFile]:
    return {file.sha256: file for file in reversed(files)}


def distinct_names(contract: VendorContract, received: Sequence[ReceivedFile]) -> int:
    """Count the files that a day was to have: by name, copies under other names apart."""
    if contract.delivery.content == "increment" or not is_sum_of_files(contract):
        return len({file.name for file in received})  # two quiet hours may be one content
    return len(in_force_of(contract, received))


def duplicates(
    connection: Connection, contract: VendorContract, vendor: str, day: date
) -> list[Duplicate]:
    """List the files of a vendor-day whose bytes were delivered before for another day of it.

    Yesterday's file under today's name says nothing about today. Whichever was delivered first
    counts, on equal instants that of the earlier day, so that the order of fetching decides
    nothing; it counts as long as it is what its own day consists of. Files without records are
    equal on every quiet day, listings whenever nothing moved, and systems are asked by window:
    those are no duplicates, nor is anything where the contract says that exports may repeat.
    """
    if isinstance(contract.shape, ListingShape) or not isinstance(contract.source, FileSource):
        return []
    if contract.delivery.may_repeat:
        return []
    rows = connection.execute(
        "select distinct own.name, own.sha256, other.operational_day, other.delivered_at"
        " from landing.file_ledger as own join landing.file_ledger as other"
        " on other.vendor = own.vendor and other.book = own.book and other.sha256 = own.sha256"
        " and other.operational_day <> own.operational_day"
        " and (other.delivered_at, other.operational_day)"
        " < (own.delivered_at, own.operational_day)"
        " where own.vendor = %s and own.operational_day = %s and own.book = 'vendor'"
        " and own.has_records order by other.delivered_at, other.operational_day",
        [vendor, day],
    ).fetchall()
    standing = {
        other: {file.sha256 for file in in_force_of(contract, received)}
        for other in {row["operational_day"] for row in rows}
        if (received := received_files(connection, vendor, other, "vendor"))
    }
    first_days: dict[tuple[str, str], date] = {}
    for row in rows:
        if row["sha256"] in standing[row["operational_day"]]:
            first_days.setdefault((row["name"], row["sha256"]), row["operational_day"])
    return [
        Duplicate(file, first_days[file.name, file.sha256])
        for file in received_files(connection, vendor, day, "vendor")
        if (file.name, file.sha256) in first_days
    ]


def is_sum_of_files(contract: VendorContract) -> bool:
    """Tell whether a vendor's day consists of several files."""
    return isinstance(contract.source, FileSource) and contract.source.files == "many"


def counts_by_name(contract: VendorContract) -> bool:
    """Tell whether a file takes the place of earlier ones of its own name only."""
    return is_sum_of_files(contract) or contract.delivery.content == "increment"
