"""Cells as text: trimmed, with the vendor's spellings of "no value" made null."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 300
"""Characters of a value; ids and codes are shorter, and indexes cannot hold much more."""

CONTROL_CHARACTERS = (
    r"[\x00-\x1f\x7f-\x9f]|[\x{2028}\x{2029}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]"
)
"""Line breaks, terminal controls, and marks that make text read in another order."""


class Texts:
    """The text columns of an export by the vendor's names."""

    def __init__(self, columns: pa.Table, missing_values: Sequence[str]) -> None:
        """Keep the columns as read."""
        self._columns = columns
        self._missing = pa.array(["", *missing_values], pa.string())
        self._clean: dict[str, pa.Array] = {}

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return int(self._columns.num_rows)

    def of(self, name: str | None) -> pa.Array:
        """Return a column; one that the vendor does not send is all null."""
        if name is None:
            return pa.nulls(self.row_count, pa.string())
        if name not in self._clean:
            column = self._columns.column(name).combine_chunks()
            trimmed = pc.utf8_trim_whitespace(column)
            missing = pc.is_in(trimmed, value_set=self._missing)
            self._clean[name] = pc.if_else(missing, pa.scalar(None, pa.string()), trimmed)
        return self._clean[name]


def translate(column: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Replace codes by their meaning; null where there is none."""
    keys, meanings = pa.array(list(codes), pa.string()), pa.array(codes.values(), pa.string())
    return meanings.take(pc.index_in(column, value_set=keys))


def is_unknown(column: pa.Array, translated: pa.Array) -> pa.Array:
    """Tell where a code is given and has no meaning."""
    return pc.and_(column.is_valid(), translated.is_null())
