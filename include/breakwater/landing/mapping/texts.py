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

    def coded(self, of_values: pa.Array) -> pa.DictionaryArray:
        """Turn one text a value into one a row, each distinct text kept once."""
        if self.indices is None:
            return of_values.dictionary_encode()
        if not of_values.null_count:
            return pa.DictionaryArray.from_arrays(self.indices, of_values)
        given = of_values.is_valid().to_numpy(zero_copy_only=False)
        # An index past the end stands for a row without a value.
        place = np.append(np.cumsum(given, dtype=np.int32) - 1, np.int32(0))
        missing = np.append(~given, True)
        at = self.indices.fill_null(len(given)).to_numpy(zero_copy_only=False)
        indices = pa.array(place[at], pa.int32(), mask=missing[at])
        return pa.DictionaryArray.from_arrays(indices, of_values.drop_null())

    @property
    def rows(self) -> pa.Array:
        """The column row by row."""
        return self.spread(self.values)

    @property
    def is_plain(self) -> bool:
        """Tell whether every character is a printable one of ASCII."""
        return _lies_between(bytes_of(self.values), FIRST_PRINTABLE, DELETE)

    def may_hold(self, marks: Sequence[bytes]) -> bool:
        """Tell whether one of some byte strings stands anywhere in the column."""
        data = bytes_of(self.values).tobytes()
        # Single bytes are found many times as fast as strings, and nearly always decide.
        return any(mark[:1] in data and mark in data for mark in marks)


def _lies_between(data: npt.NDArray[np.uint8], least: int, end: int) -> bool:
    return not len(data) or (int(data.min()) >= least and int(data.max()) < end)


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
        self._longest_missing = max(len(text.encode()) for text in ("", *missing_values))
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
        # Most columns hold nothing as short as a word for "no value".
        if not pc.any(pc.less_equal(pc.binary_length(trimmed), self._longest_missing)).as_py():
            return trimmed
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
    return not _lies_between(bytes_of(values), FIRST_PRINTABLE + 1, DELETE)


def translate(column: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Replace codes by their meaning; null where there is none."""
    keys, meanings = pa.array(list(codes), pa.string()), pa.array(codes.values(), pa.string())
    return meanings.take(pc.index_in(column, value_set=keys))


def is_unknown(column: pa.Array, translated: pa.Array) -> pa.Array:
    """Tell where a code is given and has no meaning."""
    return pc.and_(column.is_valid(), translated.is_null())
