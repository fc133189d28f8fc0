"""Leave export files where the contract says, on time or not, with their manifests."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import fsspec
import pyarrow as pa

from breakwater.contracts.file_format import Manifest
from breakwater.contracts.source import FolderSource
from breakwater.contracts.vendor import VendorContract
from breakwater.core.days import utc_instant, utc_seconds
from breakwater.core.vocabulary import Total
from breakwater.demo.simulator.export_files import encode
from breakwater.demo.simulator.faults import ExportFault
from breakwater.demo.simulator.streams import Random
from breakwater.demo.simulator.truth import DeliveredFile

MARGIN_SECONDS = 900
"""An export that is on time is there at least so long before its deadline."""
LATE_SECONDS = 9_500
TRUNCATED_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The folder in which a vendor leaves its exports.

    Attributes:
        contract: says where the folder is, and how a file is written and named.
        exports: the exports root of the installation, an fsspec URI.
        totals: what the vendor says of its day, for the manifests of vendors that state totals.
    """

    contract: VendorContract
    exports: str
    totals: Mapping[Total, int] = field(default_factory=dict)

    def clear(self, day: date) -> None:
        """Remove what an earlier simulation left for a day."""
        file_system, folder = self._folder(day)
        pattern = self._source.patterns[0].format(day=day)
        for found in {*file_system.glob(f"{folder}/{pattern}"), *self._manifests(day)}:
            file_system.rm(found)

    @property
    def _source(self) -> FolderSource:
        source = self.contract.source
        if not isinstance(source, FolderSource):
            message = f"{self.contract.vendor}: the simulator leaves exports in folders only"
            raise TypeError(message)
        return source

    def leave(
        self, day: date, rows: pa.Table, at: int, *, addition: str = "", kept_share: float = 1.0
    ) -> DeliveredFile:
        """Write one export and its manifest.

        Args:
            day: the operational day.
            rows: what the vendor means to send.
            at: delivery instant, UTC seconds; kept as the file's modification time on a local disk.
            addition: what a re-send adds to the name.
            kept_share: how much of the rows the file holds; the manifest declares all of them.
        """
        name = self._source.patterns[0].format(day=day).replace("*", addition)
        sent = rows.slice(0, int(rows.num_rows * kept_share))
        content = encode(sent, self.contract.format)
        self._put(day, name, content, at)
        control = self.contract.control
        if isinstance(control, Manifest):
            # The export job hashes the file that it wrote; the row count comes from its query. A
            # job that stops half-way therefore gives itself away by the count alone.
            digest = hashlib.sha256(content).hexdigest()
            declared: dict[str, Any] = {"rows": rows.num_rows, "sha256": digest}
            for total, path in control.totals.items():
                _state(declared, path, self.totals[total])
            self._put(day, name + control.suffix, json.dumps(declared).encode() + b"\n", at)
        return DeliveredFile(name, utc_instant(at), sent.num_rows, rows.num_rows)

    def _manifests(self, day: date) -> list[str]:
        control = self.contract.control
        if not isinstance(control, Manifest):
            return []
        file_system, folder = self._folder(day)
        pattern = self._source.patterns[0].format(day=day) + control.suffix
        found: list[str] = file_system.glob(f"{folder}/{pattern}")
        return found

    def _folder(self, day: date) -> tuple[Any, str]:
        uri = self._source.uri.format(exports=self.exports, day=day)
        file_system, folder = fsspec.core.url_to_fs(uri)
        return file_system, str(folder).rstrip("/")

    def _put(self, day: date, name: str, content: bytes, at: int) -> None:
        file_system, folder = self._folder(day)
        file_system.makedirs(folder, exist_ok=True)
        file_system.pipe_file(f"{folder}/{name}", content)
        if "file" in file_system.protocol:
            os.utime(f"{folder}/{name}", (at, at))


def _state(declared: dict[str, Any], path: str, count: int) -> None:
    """Put a number where a dotted path names it."""
    *folders, name = path.split(".")
    for folder in folders:
        declared = declared.setdefault(folder, {})
    declared[name] = count


def deadline_of(contract: VendorContract, day: date) -> int:
    """Return the instant by which the export of a day is due, in UTC seconds."""
    return utc_seconds(contract.delivery.due_at(day))


def deliver(
    random: Random,
    mailbox: Mailbox,
    day: date,
    fault: ExportFault | None,
    *,
    day_end: int,
    rows: pa.Table,
    first_rows: pa.Table,
) -> tuple[DeliveredFile, ...]:
    """Deliver an export as its fault demands; an ordinary one well before its deadline.

    Args:
        random: a stream of its own.
        mailbox: where it goes.
        day: the operational day.
        fault: what goes wrong, if anything does.
        day_end: the day's last instant; nothing is delivered before it.
        rows: the right rows.
        first_rows: what is sent first when the right rows come as a correction.
    """
    deadline = deadline_of(mailbox.contract, day)
    latest = max(day_end + 2, deadline - MARGIN_SECONDS)
    on_time = day_end + int(random.integers(1, max(2, (latest - day_end) // 2)))
    match fault.kind if fault else None:
        case "missing":
            return ()
        case "truncated":
            return (mailbox.leave(day, rows, on_time, kept_share=TRUNCATED_SHARE),)
        case "late":
            return (mailbox.leave(day, rows, deadline + LATE_SECONDS),)
        case "restated":
            first = mailbox.leave(day, first_rows, on_time)
            return (first, mailbox.leave(day, rows, latest, addition="_v2"))
        case _:
            return (mailbox.leave(day, rows, on_time),)
