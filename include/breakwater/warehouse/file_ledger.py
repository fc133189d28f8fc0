"""Every distinct content ever fetched for a vendor-day, and which one is in force."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from breakwater.warehouse.database import Connection

Book = Literal["vendor", "internal"]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file as received.

    Attributes:
        book: the vendor's export, or the slice of our own enforcement log.
        name: bare file name at its source.
        sha256: hash of its bytes.
        size_bytes: how many there are.
        raw_path: where the lake keeps them.
        manifest: totals stated beside the file, ``{"rows": …, "sha256": …}``; None without any.
        delivered_at: when it was left at its source.
        is_late: whether that was after the deadline.
    """

    book: Book
    name: str
    sha256: str
    size_bytes: int
    raw_path: str
    manifest: Mapping[str, Any] | None
    delivered_at: datetime
    is_late: bool

    @property
    def declared_rows(self) -> int | None:
        """How many rows the sender believes it sent."""
        return None if self.manifest is None else self.manifest.get("rows")


def record_file(
    connection: Connection, vendor: str, day: date, file: ReceivedFile, at: datetime
) -> bool:
    """Remember a file; return whether the ledger changed.

    A content that is in force already keeps the instant of its first delivery: touching or copying
    the file anew does not make it late. One that was in force once and comes back, comes into
    force again.
    """
    current = file_in_force(connection, vendor, day, file.book)
    if (
        current is not None
        and (current.name, current.sha256) == (file.name, file.sha256)
        and current.manifest == file.manifest
    ):
        return False
    found = connection.execute(
        "insert into landing.file_ledger as ledger (vendor, operational_day, book, name, sha256,"
        " size_bytes, raw_path, manifest, delivered_at, fetched_at, is_late)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
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
        ],
    ).fetchone()
    return found is not None


def received_files(
    connection: Connection, vendor: str, day: date, book: Book
) -> list[ReceivedFile]:
    """List the files of a vendor-day's book, the one in force last."""
    rows = connection.execute(
        "select book, name, sha256, size_bytes, raw_path, manifest, delivered_at, is_late"
        " from landing.file_ledger where vendor = %s and operational_day = %s and book = %s"
        ' order by delivered_at, name collate "C", file_id',
        [vendor, day, book],
    ).fetchall()
    return [ReceivedFile(**row) for row in rows]


def file_in_force(
    connection: Connection, vendor: str, day: date, book: Book
) -> ReceivedFile | None:
    """Return the file of a vendor-day's book that was delivered last, if there is one."""
    files = received_files(connection, vendor, day, book)
    return files[-1] if files else None
