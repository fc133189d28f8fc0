"""An export as text: the columns its contract names, and the rows that could not be read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows = npt.NDArray[np.int64]
CHUNK = 131_072
"""Rows of a chunk, at most."""

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
    """What a reader made of a file.

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


class RawRowsBuilder:
    """Collects records into Arrow in chunks, so that few Python objects live at a time."""

    def __init__(self, names: Sequence[str]) -> None:
        """Start with nothing."""
        self._schema = pa.schema([(name, pa.string()) for name in names])
        self._batches: list[pa.RecordBatch] = []
        self._values: list[Sequence[str | None]] = []
        self._numbers: list[int] = []
        self._refused: list[RefusedRow] = []
        self._count = 0

    def add(self, values: Sequence[str | None]) -> None:
        """Take the next record, its values in the order of the names."""
        self._count += 1
        self._numbers.append(self._count)
        self._values.append(values)
        if len(self._values) == CHUNK:
            self._flush()

    def refuse(self, reason: str, content: str) -> None:
        """Take the next record as one that cannot be read."""
        self._count += 1
        self._refused.append(
            RefusedRow(self._count, (reason,), hash_of_text(content), kept(content))
        )

    def build(self) -> RawRows:
        """Return everything taken."""
        self._flush()
        table = pa.Table.from_batches(self._batches, self._schema)
        return RawRows(table, np.array(self._numbers, dtype=np.int64), tuple(self._refused))

    def _flush(self) -> None:
        if not self._values:
            return
        columns = zip(*self._values, strict=True)
        # Many a column is empty throughout; that need not be converted cell by cell.
        arrays = [
            pa.array(column, pa.string()) if any(column) else pa.nulls(len(column), pa.string())
            for column in columns
        ]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._values = []


def hash_of_text(text: str) -> str:
    """Hash text, whatever it holds."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def kept(content: str) -> str:
    """Return the content of a refused record, cut and marked when it is long."""
    return content if len(content) <= LONGEST_CONTENT else content[:LONGEST_CONTENT] + CUT
