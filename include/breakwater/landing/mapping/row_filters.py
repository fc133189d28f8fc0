"""Rows that are records of the book at all; a contract may leave the others out."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.contracts.shape import RowFilter, Rows
from breakwater.landing.mapping.local_time import Flags
from breakwater.landing.reading.raw_rows import RawRows


def left_out(raw: RawRows, rows: Rows) -> Flags:
    """Tell which rows the contract leaves out; cells are compared without white space around."""
    rejected = np.zeros(raw.columns.num_rows, dtype=bool)
    for matches in _matches(raw, rows.keep):
        rejected |= ~matches
    for matches in _matches(raw, rows.leave_out):
        rejected |= matches
    return rejected


def without(raw: RawRows, rejected: Flags) -> RawRows:
    """Return the other rows; records that are no rows at all stay refused."""
    if not rejected.any():
        return raw
    kept = ~rejected
    return RawRows(raw.columns.filter(pa.array(kept)), raw.source_row[kept], raw.refused)


def _matches(raw: RawRows, filters: tuple[RowFilter, ...]) -> Iterator[Flags]:
    for each in filters:
        cells = pc.utf8_trim_whitespace(raw.columns.column(each.column)).fill_null("")
        values = pa.array([value.strip() for value in each.values], pa.string())
        flags: Flags = pc.is_in(cells, value_set=values).to_numpy()
        yield flags
