"""The lake: files as received, and row-level tables as immutable Parquet with pointers.

A partition is replaced by writing a new version beside the old one and moving its pointer, a row
in the warehouse. So the rows in the lake and the answers in the warehouse change together, in one
PostgreSQL transaction; a kill leaves only files that nobody points at.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fsspec

from breakwater.warehouse.database import Connection


def local_uri(folder: Path) -> str:
    """Spell a local folder as fsspec reads it: a space stays a space, nothing is escaped."""
    return f"file://{folder.absolute().as_posix()}"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that an engine wrote: where, how many rows, and the hash of its bytes."""

    path: str
    row_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the lake: where it is below the root, its bytes, and when it was written."""

    path: str
    size_bytes: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Partition:
    """Name of one partition: which table, whose rows, of which day, delivered with which export."""

    table_name: str
    operational_day: date
    vendor: str
    delivered_day: date

    @classmethod
    def of_day(cls, table_name: str, day: date, vendor: str) -> "Partition":
        """Name the partition whose rows were delivered with their own day's export."""
        return cls(table_name, day, vendor, day)

    @property
    def folder(self) -> str:
        """Where its versions lie, below the lake's root."""
        return (
            f"tables/{self.table_name}/day={self.operational_day.isoformat()}"
            f"/vendor={self.vendor}/delivered={self.delivered_day.isoformat()}"
        )


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder of files by its fsspec URI."""

    uri: str

    def url(self, path: str) -> str:
        """Return the full address of a path below the root."""
        return f"{self.uri.rstrip('/')}/{path}"

    def _file_system(self) -> tuple[Any, str]:
        """Return the fsspec file system and the root without its protocol."""
        file_system, root = fsspec.core.url_to_fs(self.uri)
        return file_system, str(root).rstrip("/")

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        file_system, root = self._file_system()
        content: bytes = file_system.cat_file(f"{root}/{path}")
        return content

    def copy_to(self, path: str, local_file: Path) -> str:
        """Copy a file to the local disk; return the hash of what arrived."""
        file_system, root = self._file_system()
        file_system.get_file(f"{root}/{path}", str(local_file))
        return _hash_of(local_file)

    def keep_raw(self, vendor: str, day: date, name: str, local_file: Path) -> tuple[str, str]:
        """Keep a file as received, named by its hash; return its path below the root and the hash.

        The same content is written once. Files are never changed or overwritten, and never held in
        memory as a whole.
        """
        digest = _hash_of(local_file)
        path = f"raw/{vendor}/{day.isoformat()}/{digest}-{name}"
        self.put(path, local_file)
        return path, digest

    def put_version(self, partition: Partition, local_file: Path, row_count: int) -> Written:
        """Move a Parquet file from the local disk into the lake, named by its hash."""
        content_hash = _hash_of(local_file)
        path = f"{partition.folder}/{content_hash}.parquet"
        self.put(path, local_file)
        return Written(path, row_count, content_hash)

    def files(self, folder: str) -> list[Kept]:
        """List every file below a folder, in order of paths; none when there is no such folder."""
        file_system, root = self._file_system()
        file_system.invalidate_cache()  # others write here, too
        try:
            found = file_system.find(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return []
        return [
            Kept(str(path).removeprefix(f"{root}/"), int(about["size"]), _written_at(about))
            for path, about in sorted(found.items())
        ]

    def remove(self, path: str) -> None:
        """Delete a file; one that is gone already is no error."""
        file_system, root = self._file_system()
        with suppress(FileNotFoundError):
            file_system.rm_file(f"{root}/{path}")

    def written_at(self, path: str) -> datetime | None:
        """Return when a file was last put there; None when it is gone."""
        file_system, root = self._file_system()
        file_system.invalidate_cache()
        try:
            return _written_at(file_system.info(f"{root}/{path}"))
        except FileNotFoundError:
            return None

    def put(self, path: str, local_file: Path) -> None:
        """Copy a local file to a path that names its content.

        One that is there on the local disk is only touched, so that whoever sweeps what nobody
        points at sees that somebody is about to; an object is put again, for the same reason.
        """
        file_system, root = self._file_system()
        target = f"{root}/{path}"
        is_local = "file" in file_system.protocol
        if is_local and _touched(Path(target)):
            return
        file_system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        if is_local:
            # Beside the target first: a rename on one disk is atomic, a copy is not.
            beside = Path(f"{target}.part-{os.getpid()}")
            shutil.copyfile(local_file, beside)
            beside.replace(target)
        else:
            file_system.put_file(str(local_file), target)


def point(connection: Connection, partition: Partition, written: Written, at: datetime) -> bool:
    """Make a version current; return False when it already was, and nothing changed."""
    key = [
        partition.table_name,
        partition.operational_day,
        partition.vendor,
        partition.delivered_day,
    ]
    current = connection.execute(
        "select partition_id, sha256 from lake.partition where table_name = %s"
        " and operational_day = %s and vendor = %s and delivered_day = %s"
        " and superseded_at is null for update",
        key,
    ).fetchone()
    if current is not None and current["sha256"] == written.sha256:
        return False
    if current is not None:
        connection.execute(
            "update lake.partition set superseded_at = greatest(current_from, %s)"
            " where partition_id = %s",
            [at, current["partition_id"]],
        )
    connection.execute(
        "insert into lake.partition (table_name, operational_day, vendor, delivered_day, path,"
        " row_count, sha256, current_from) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [*key, written.path, written.row_count, written.sha256, at],
    )
    return True


def withdraw(connection: Connection, partition: Partition, at: datetime) -> bool:
    """Leave a partition without a current version; return False when it had none."""
    found = connection.execute(
        "update lake.partition set superseded_at = greatest(current_from, %s)"
        " where table_name = %s and operational_day = %s and vendor = %s and delivered_day = %s"
        " and superseded_at is null returning 1",
        [
            at,
            partition.table_name,
            partition.operational_day,
            partition.vendor,
            partition.delivered_day,
        ],
    ).fetchone()
    return found is not None


def delivered_with(
    connection: Connection, table_name: str, delivered_day: date, vendor: str
) -> list[Partition]:
    """List the partitions that hold rows of one export, in order of their days."""
    rows = connection.execute(
        "select operational_day from lake.partition where table_name = %s and vendor = %s"
        " and delivered_day = %s and superseded_at is null order by operational_day",
        [table_name, vendor, delivered_day],
    ).fetchall()
    return [Partition(table_name, row["operational_day"], vendor, delivered_day) for row in rows]


def current_versions(
    connection: Connection, table_name: str, day: date, vendor: str
) -> list[Written]:
    """List the current files of one vendor-day of a table, in a stable order."""
    return current_versions_between(connection, table_name, day, day, vendor)


def current_versions_between(
    connection: Connection, table_name: str, first: date, last: date, vendor: str
) -> list[Written]:
    """List the current files of a vendor from one day to another, both included, day by day."""
    rows = connection.execute(
        "select path, row_count, sha256 from lake.partition where table_name = %s"
        " and operational_day between %s and %s and vendor = %s and superseded_at is null"
        " order by operational_day, delivered_day",
        [table_name, first, last, vendor],
    ).fetchall()
    return [Written(row["path"], row["row_count"], row["sha256"]) for row in rows]


def current_version(connection: Connection, partition: Partition) -> Written | None:
    """Return the current file of one partition, or None when nothing has been delivered."""
    row = connection.execute(
        "select path, row_count, sha256 from lake.partition where table_name = %s"
        " and operational_day = %s and vendor = %s and delivered_day = %s"
        " and superseded_at is null",
        [
            partition.table_name,
            partition.operational_day,
            partition.vendor,
            partition.delivered_day,
        ],
    ).fetchone()
    return None if row is None else Written(row["path"], row["row_count"], row["sha256"])


def _touched(file: Path) -> bool:
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _written_at(about: Mapping[str, Any]) -> datetime:
    """Read when a file was written; file systems spell it differently, all of them in UTC."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        found = about.get(name)
        if isinstance(found, int | float):
            return datetime.fromtimestamp(found, UTC)
        if isinstance(found, str):
            found = datetime.fromisoformat(found)
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    message = f"a file without an instant: {sorted(about)}"
    raise ValueError(message)


def _hash_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
