"""How far a fetch of records has come: parts in the lake, and a row for each in the warehouse.

A part and its row are kept before the next part is asked for, so a fetch that ends at any point
goes on with the next part. The folder of the parts is named by what was asked: a contract that asks
for something else finds none of them.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from breakwater.contracts.source import RecordSource
from breakwater.feeds.records import END, Cursor, FeedFault, Part
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.database import Connection
from breakwater.warehouse.stage_run import fingerprint_of
from breakwater.warehouse.workspace import Workspace


@dataclass(slots=True)
class FetchProgress:
    """The parts of one vendor-day, in order.

    Attributes:
        workspace: the installation.
        vendor: whose records.
        day: of which operational day.
        asked: fingerprint of what the far end is asked for.
        maximum_bytes: how large the parts may be together, unpacked.
        scratch: folder for a copy of each part on the local disk.
    """

    workspace: Workspace
    vendor: str
    day: date
    asked: str
    maximum_bytes: int
    scratch: Path
    files: list[Path] = field(default_factory=list)
    cursor: Cursor | None = None
    _bytes: int = 0

    @classmethod
    def of(cls, about: VendorDay, source: RecordSource, scratch: Path) -> "FetchProgress":
        """Take up the parts that an earlier fetch of the same left."""
        # Limits say how to ask, not for what.
        question = source.model_dump(mode="json", exclude={"limits", "maximum_bytes"})
        asked = fingerprint_of([question, about.window.start, about.window.end])[:16]
        scratch.mkdir(parents=True, exist_ok=True)
        most = source.maximum_bytes
        progress = cls(about.workspace, about.vendor, about.day, asked, most, scratch)
        if not progress._take_up():
            progress.begin_anew()
        return progress

    @property
    def is_complete(self) -> bool:
        """Whether the last part is there."""
        return self.cursor == END

    def keep(self, part: Part, at: datetime) -> None:
        """Keep a part, then remember where the next one starts.

        Raises:
            FeedFault: the parts are larger than the contract allows.
        """
        number = len(self.files) + 1
        local = self._local(number)
        with (
            local.open("wb") as file,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as stream,
        ):
            for record in part.records:
                line = spell(record)
                self._count(len(line))
                stream.write(line)
        with local.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        path = f"{self._folder}/{self.asked}/{number:06d}-{digest}.jsonl.gz"
        self.workspace.lake.put(path, local)
        with self.workspace.warehouse.transaction() as connection:
            connection.execute(
                "insert into landing.fetch_progress"
                " (vendor, operational_day, part, cursor, row_count, raw_path, fetched_at)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                [
                    self.vendor,
                    self.day,
                    number,
                    json.dumps(dict(part.cursor)),
                    len(part.records),
                    path,
                    at,
                ],
            )
        self.files.append(local)
        self.cursor = part.cursor

    def begin_anew(self) -> None:
        """Forget every part."""
        with self.workspace.warehouse.transaction() as connection:
            self.forget(connection)
        self.files, self.cursor, self._bytes = [], None, 0

    def forget(self, connection: Connection) -> None:
        """Remove the rows, in the transaction that enters the day's file in the ledger."""
        connection.execute(
            "delete from landing.fetch_progress where vendor = %s and operational_day = %s",
            [self.vendor, self.day],
        )

    def drop_files(self) -> None:
        """Remove the parts from the lake, once the day's file is kept as a whole."""
        lake = self.workspace.lake
        for kept in lake.files(self._folder):
            lake.remove(kept.path)

    @property
    def _folder(self) -> str:
        return f"raw/{self.vendor}/{self.day.isoformat()}/parts"

    def _take_up(self) -> bool:
        """Copy the parts that are there; return False when they are not what is wanted."""
        rows = self.workspace.warehouse.rows(
            "select part, cursor, raw_path from landing.fetch_progress"
            " where vendor = %s and operational_day = %s order by part",
            [self.vendor, self.day],
        )
        for number, row in enumerate(rows, start=1):
            path, local = row["raw_path"], self._local(number)
            if row["part"] != number or f"/parts/{self.asked}/" not in path:
                return False
            try:
                digest = self.workspace.lake.copy_to(path, local)
            except OSError:
                return False
            if digest not in path:
                return False
            with gzip.open(local) as stream:
                while block := stream.read(1 << 20):
                    self._bytes += len(block)
            self.files.append(local)
            self.cursor = row["cursor"]
        return True

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self.maximum_bytes:
            raise FeedFault(
                transient=False,
                expected=f"records of at most {self.maximum_bytes} bytes (source.maximum_bytes)",
                found="more",
                is_shape=True,
            )

    def _local(self, number: int) -> Path:
        return self.scratch / f"part-{number:06d}.jsonl.gz"


def spell(record: Mapping[str, Any]) -> bytes:
    """Spell a record as a line: keys sorted, UTF-8, nothing that JSON does not have."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        # Half of a surrogate pair is no text, but an escape can carry it to who refuses the row.
        return json.dumps(record, sort_keys=True, allow_nan=False).encode() + b"\n"
