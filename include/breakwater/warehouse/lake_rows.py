"""Read a few rows out of the lake's files, for people who look at one thing."""

from collections.abc import Collection, Iterable
from typing import Any

import fsspec
import pyarrow.parquet as pq

from breakwater.warehouse.lake import Lake

Row = dict[str, Any]


def rows_where(lake: Lake, paths: Iterable[str], column: str, values: Collection[str]) -> list[Row]:
    """Return the rows whose column has one of some values, file by file.

    Args:
        lake: whose files.
        paths: below the lake's root.
        column: a text column of theirs.
        values: what it may be; with none there are no rows.
    """
    rows: list[Row] = []
    for path in paths if values else ():
        file_system, place = fsspec.core.url_to_fs(lake.url(path))
        with file_system.open(place, "rb") as stream:
            found = pq.read_table(stream, filters=[(column, "in", sorted(values))])
        rows += found.to_pylist()
    return rows
