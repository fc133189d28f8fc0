"""An export as text: the columns its contract names, and the rows that could not be read."""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from breakwater.landing.refusal import ExportRefusedError, Fault, shown

Rows = npt.NDArray[np.int64]
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One record that goes to quarantine: where it stands, every reason, hash of its content."""

    source_row: int
    reasons: tuple[str, ...]
    row_sha256: str


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
        self._refused.append(RefusedRow(self._count, (reason,), hash_of_text(content)))

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


def find_columns(header: Iterable[Any], names: Sequence[str]) -> list[int]:
    """Return where each named column stands in a header.

    Raises:
        ExportRefusedError: one is absent, or stands there twice.
    """
    cells = [str(cell).strip() for cell in header]
    absent = [name for name in names if name not in cells]
    if absent:
        near = difflib.get_close_matches(absent[0], cells[:1000], n=1)
        nearest = f", nearest {shown(near[0])}" if near else ""
        raise ExportRefusedError(
            Fault.COLUMN_MISSING,
            expected=", ".join(map(repr, islice(absent, 5))),
            found=f"{len(cells)} other columns{nearest}",
        )
    for name in names:
        if cells.count(name) > 1:
            raise ExportRefusedError(
                Fault.COLUMN_AMBIGUOUS,
                expected=f"one column {name!r}",
                found=f"{cells.count(name)} of that name",
            )
    return [cells.index(name) for name in names]
