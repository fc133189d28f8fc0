"""The refused rows of one file on the local disk: for the warehouse an index, for people the lines."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from breakwater.landing.quarantine.lines import QuarantineLines
from breakwater.landing.reading.raw_rows import RefusedRow


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What the warehouse keeps of one refused row."""

    source_row: int
    reasons: tuple[str, ...]
    row_sha256: str


class RefusedRows:
    """Collects the refused rows of a file; however many there are, memory holds none of them.

    Attributes:
        count: how many there are.
        reasons: how many carry each reason; one may carry several.
        lines: the rows themselves.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Start with none, in files of their own."""
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self.lines = QuarantineLines(folder)
        self._index_file = folder / f"{name}.index"
        self._index = self._index_file.open("w", encoding="ascii")

    def __enter__(self) -> Self:
        """Return itself; leaving closes the files for writing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files for writing."""
        self._index.close()
        self.lines.__exit__(kind, error, trace)

    def add(self, rows: Sequence[RefusedRow], are_lines: Collection[int]) -> None:
        """Take more rows.

        Args:
            rows: in the order of the file.
            are_lines: numbers of those whose content is a line that could not be read; the content
                of the others is their cells, as JSON.
        """
        for row in rows:
            self.count += 1
            self.reasons.update(row.reasons)
            self._index.write(f"{row.source_row} {row.row_sha256} {' '.join(row.reasons)}\n")
            content: str | Mapping[str, str | None] = row.content or ""
            if row.source_row not in are_lines and row.content is not None:
                content = json.loads(row.content)
            self.lines.add(row.source_row, row.reasons, content)

    def index(self) -> Iterator[IndexRow]:
        """Read back the index."""
        with self._index_file.open(encoding="ascii") as lines:
            for line in lines:
                row, sha256, *reasons = line.split()
                yield IndexRow(int(row), tuple(reasons), sha256)
