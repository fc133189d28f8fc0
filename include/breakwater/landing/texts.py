"""Cells as text: trimmed, with the vendor's spellings of "no value" made null."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 300
"""Characters of a value; ids and codes are shorter, and indexes cannot hold much more."""

CONTROL_CHARACTERS = (
    r"[\x00-\x1f\x7f-\x9f]|[\x{2028}\x{2029}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]"
)
"""Line breaks, terminal controls, and marks that make text read in another order."""

SAMPLE = 4096
"""Rows that tell whether the values of a column repeat."""

FIRST_PRINTABLE, DELETE = 0x20, 0x7F


@dataclass(frozen=True, slots=True)
class Cells:
    """A column by its values: what is true of a value is found out once for all of its rows.

    Attributes:
        values: trimmed; null where one of them means "no value". May hold a value twice.
        indices: of each row its place among the values, or null; None when the values are the rows.
    """

    values: pa.Array
    indices: pa.Array | None

    def spread(self, of_values: pa.Array) -> pa.Array:
        """Turn one answer a value into one answer a row."""
        return of_values if self.indices is None else of_values.take(self.indices)

    @property
    def rows(self) -> pa.Array:
        """The column row by row."""
        return self.spread(self.values)

    @property
    def is_plain(self) -> bool:
        """Tell whether every character is a printable one of ASCII."""
        data = bytes_of(self.values)
        return not bool(((data < FIRST_PRINTABLE) | (data >= DELETE)).any())

    def may_hold(self, marks: Sequence[bytes]) -> bool:
        """Tell whether one of some byte strings stands anywhere in the column."""
        data = bytes_of(self.values).tobytes()
        return any(mark in data for mark in marks)


def bytes_of(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """Return the bytes of all texts one after the other, without copying them."""
    _, offsets, data = texts.buffers()
    if offsets is None or data is None or not len(texts):
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)
    first, last = bounds[texts.offset], bounds[texts.offset + len(texts)]
    return np.frombuffer(data, np.uint8)[first:last]


class Texts:
    """The text columns of an export by the vendor's names."""

    def __init__(
        self,
        columns: pa.Table,
        missing_values: Sequence[str],
        replace: Mapping[str, Callable[[pa.Array], pa.Array]] | None = None,
    ) -> None:
        """Keep the columns as read.

        Args:
            columns: by the vendor's names.
            missing_values: the vendor's spellings of "no value".
            replace: columns whose values are replaced by what this makes of them.
        """
        self._columns = columns
        self._missing = pa.array(["", *missing_values], pa.string())
        self._replace = replace or {}
        self._cells: dict[str, Cells] = {}
        self._rows: dict[str, pa.Array] = {}

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return int(self._columns.num_rows)

    def of(self, name: str | None) -> pa.Array:
        """Return a column; one that the vendor does not send is all null."""
        if name is None:
            return pa.nulls(self.row_count, pa.string())
        if name not in self._rows:
            self._rows[name] = self.cells(name).rows
        return self._rows[name]

    def cells(self, name: str | None) -> Cells:
        """Return a column by its values."""
        if name is None:
            return Cells(pa.nulls(self.row_count, pa.string()), None)
        if name not in self._cells:
            self._cells[name] = self._cleaned(name)
        return self._cells[name]

    def _cleaned(self, name: str) -> Cells:
        column = self._columns.column(name)
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        if column.null_count == len(column):
            return Cells(column, None)
        indices = None
        if _repeats(column):
            encoded = column.dictionary_encode()
            column, indices = encoded.dictionary, encoded.indices
        values = self._clean(column)
        if name in self._replace:
            values = self._replace[name](values)
        return Cells(values, indices)

    def _clean(self, values: pa.Array) -> pa.Array:
        trimmed = pc.utf8_trim_whitespace(values) if _has_spaces(values) else values
        missing = pc.is_in(trimmed, value_set=self._missing)
        if not missing.true_count:
            return trimmed
        return pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)


def _repeats(column: pa.Array) -> bool:
    """Guess from its first rows whether a column holds few distinct values."""
    sample = column[:SAMPLE]
    return len(sample) == SAMPLE and pc.count_distinct(sample).as_py() * 4 < SAMPLE


def _has_spaces(values: pa.Array) -> bool:
    """Tell whether there may be white space: a space, a control, or anything beyond ASCII."""
    data = bytes_of(values)
    return bool(((data <= FIRST_PRINTABLE) | (data >= DELETE)).any())


def translate(column: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Replace codes by their meaning; null where there is none."""
    keys, meanings = pa.array(list(codes), pa.string()), pa.array(codes.values(), pa.string())
    return meanings.take(pc.index_in(column, value_set=keys))


def is_unknown(column: pa.Array, translated: pa.Array) -> pa.Array:
    """Tell where a code is given and has no meaning."""
    return pc.and_(column.is_valid(), translated.is_null())
