"""An export as text: the columns its contract names, and the rows that could not be read."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]
CHUNK = 131_072
"""Records of a chunk, at most."""

LONGEST_CONTENT = 64 * 1024
"""Characters of a refused record that are kept for people to look at."""

CUT = "… (cut)"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One record that goes to quarantine: where it stands, every reason, and what it holds.

    Attributes:
        source_row: 1-based number among the file's records.
        reasons: every reason, in alphabetical order.
        row_sha256: hash of the whole content.
        content: the line, or the cells as JSON; cut by `kept`.
    """

    source_row: int
    reasons: tuple[str, ...]
    row_sha256: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class RawRows:
    """What a reader made of a file, or of a part of it.

    Attributes:
        columns: one text column per name of the contract, null where the record has no value.
        source_row: 1-based number of each of these rows among the file's records.
        refused: records that are no rows at all.
    """

    columns: pa.Table
    source_row: Rows
    refused: tuple[RefusedRow, ...]

    @property
    def physical_rows(self) -> int:
        """Records of the file; each is a row here or refused."""
        return int(self.columns.num_rows) + len(self.refused)

    def parts(self, size: int = CHUNK) -> Iterator["RawRows"]:
        """Cut the rows into chunks, each with what was refused before its last row."""
        refused, count = self.refused, self.columns.num_rows
        for start in range(0, max(count, 1), size):
            numbers = self.source_row[start : start + size]
            is_last = start + size >= count
            before = len(refused) if is_last else _count_below(refused, int(numbers[-1]))
            yield RawRows(self.columns.slice(start, size), numbers, refused[:before])
            refused = refused[before:]


def _count_below(refused: Sequence[RefusedRow], number: int) -> int:
    return bisect_left(refused, number, key=lambda row: row.source_row)


class RawRowsBuilder:
    """Collects records that are read one by one; the numbers go on from chunk to chunk."""

    def __init__(self, names: Sequence[str], present: Sequence[str] | None = None) -> None:
        """Start with nothing.

        Args:
            names: the contract's columns.
            present: those for which values will come, in their order; all when None.
        """
        self.count = 0
        """Records taken so far, in this chunk and before it."""
        self._names = names
        self._present = names if present is None else present
        self._values: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self._refused: list[RefusedRow] = []

    @property
    def is_full(self) -> bool:
        """Tell whether a chunk should be taken before the next record."""
        return len(self._values) + len(self._refused) >= CHUNK

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to take."""
        return not self._values and not self._refused

    def add(self, values: Sequence[str | None]) -> None:
        """Take the next record, its values in the order of the names."""
        self.count += 1
        self._numbers.append(self.count)
        self._values.append(values)

    def refuse(self, reason: str, content: str) -> None:
        """Take the next record as one that cannot be read."""
        self.count += 1
        self._refused.append(refused_row(self.count, reason, content))

    def take(self) -> RawRows:
        """Return everything since the last time."""
        columns = zip(*self._values, strict=True) if self._values else ((),) * len(self._present)
        # Many a column has no value at all; that need not be converted cell by cell.
        arrays = {
            name: pa.nulls(len(column), pa.string())
            if column.count(None) == len(column)
            else pa.array(column, pa.string())
            for name, column in zip(self._present, columns, strict=True)
        }
        table = arranged(arrays, self._names, len(self._values))
        taken = RawRows(table, np.array(self._numbers, dtype=np.int64), tuple(self._refused))
        self._values, self._numbers, self._refused = [], [], []
        return taken


def arranged(
    columns: Mapping[str, pa.Array | pa.ChunkedArray], names: Sequence[str], row_count: int
) -> pa.Table:
    """Lay columns out in the order of the contract; those that are not there are all null."""
    return pa.table(
        {
            name: columns[name] if name in columns else pa.nulls(row_count, pa.string())
            for name in names
        }
    )


def refused_row(number: int, reason: str, content: str) -> RefusedRow:
    """Refuse a record for one reason."""
    return RefusedRow(number, (reason,), hash_of_text(content), kept(content))


def hash_of_text(text: str) -> str:
    """Hash text, whatever it holds."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def kept(content: str) -> str:
    """Return the content of a refused record, cut and marked when it is long."""
    return content if len(content) <= LONGEST_CONTENT else content[:LONGEST_CONTENT] + CUT
