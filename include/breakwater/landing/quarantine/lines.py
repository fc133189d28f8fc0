"""The refused records themselves, as they were read: compressed JSON lines in the lake."""

import gzip
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import Any, Self

from breakwater.warehouse.lake import Lake

Content = str | Mapping[str, str | None]
"""The raw line, or the cells by column where the file has cells and no lines."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One refused record: where it stands, why it was refused, and what it says."""

    source_row: int
    reasons: tuple[str, ...]
    content: Content


class QuarantineLines:
    """Writes refused records to the local disk as they come, then keeps them in the lake.

    Nothing is held in memory. The same records give the same bytes, so that landing a file again
    keeps nothing twice; other reasons give another file beside the first. So a killed landing
    never changes what an earlier one kept: which records are refused, and why, is what the
    warehouse says; these files hold what the records said.
    """

    def __init__(self, folder: Path) -> None:
        """Start an empty file in a folder of the caller's."""
        descriptor, name = mkstemp(dir=folder, prefix="quarantine-", suffix=".jsonl.gz")
        self._file = Path(name)
        self._raw = os.fdopen(descriptor, "wb")
        # Neither a name nor an instant in the header: equal records, equal bytes.
        self._stream = gzip.GzipFile("", "wb", fileobj=self._raw, mtime=0)
        self.count = 0

    def __enter__(self) -> Self:
        """Return itself; leaving closes the local file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the local file."""
        self._close()

    def add(self, source_row: int, reasons: Sequence[str], content: Content) -> None:
        """Take the next refused record."""
        line = {"row": source_row, "reasons": list(reasons), "content": content}
        # Escaped to ASCII: a vendor's text may hold halves of characters.
        self._stream.write(json.dumps(line, sort_keys=True).encode("ascii") + b"\n")
        self.count += 1

    def keep(self, lake: Lake, vendor: str, day: date, sha256: str) -> str | None:
        """Put the file into the lake; return its path below the root, or None when it is empty.

        Args:
            lake: where to.
            vendor: whose records.
            day: of which operational day's export.
            sha256: hash of the file that they were read from.
        """
        self._close()
        if not self.count:
            return None
        with self._file.open("rb") as stream:
            version = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
        path = f"{folder_of(vendor, day)}/{sha256}-{version}.jsonl.gz"
        lake.put(path, self._file)
        return path

    def _close(self) -> None:
        if not self._raw.closed:
            self._stream.close()
            self._raw.close()


def folder_of(vendor: str, day: date) -> str:
    """Name the folder of a vendor-day's refused records below the lake's root."""
    return f"quarantine/{vendor}/{day.isoformat()}"


def read_lines(lake: Lake, vendor: str, day: date, sha256: str) -> Iterator[RefusedLine]:
    """Read the refused records of one source file, each row once, in no order.

    A row says the same in every version that holds it; its reasons are those of one of them.
    """
    seen: set[int] = set()
    for kept in lake.files(folder_of(vendor, day)):
        if not kept.path.rsplit("/", 1)[-1].startswith(f"{sha256}-"):
            continue
        with gzip.open(io.BytesIO(lake.read(kept.path))) as stream:
            for text in stream:
                line: dict[str, Any] = json.loads(text)
                if line["row"] not in seen:
                    seen.add(line["row"])
                    yield RefusedLine(line["row"], tuple(line["reasons"]), line["content"])
