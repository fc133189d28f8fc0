"""Read a few rows out of the lake's files, for people who look at one thing."""

from collections.abc import Collection, Iterable
from typing import Any

import fsspec
import pyarrow.parquet as pq

from breakwater.contracts.tables import Table
from breakwater.warehouse.lake import Lake

Row = dict[str, Any]


def rows_where(
    lake: Lake, table: Table, paths: Iterable[str], column: str, values: Collection[str]
) -> list[Row]:
    """Return the rows whose column has one of some values, file by file.

    A column that a file was written without, before the table had it, is None in its rows.

    Args:
        lake: whose files.
        table: what the files hold.
        paths: below the lake's root.
        column: a text column of theirs.
        values: what it may be; with none there are no rows.
    """
    rows: list[Row] = []
    unknown = dict.fromkeys(table.column_names)
    for path in paths if values else ():
        file_system, place = fsspec.core.url_to_fs(lake.url(path))
        with file_system.open(place, "rb") as stream:
            if column not in pq.read_schema(stream).names:
                continue
            stream.seek(0)
            found = pq.read_table(stream, filters=[(column, "in", sorted(values))])
        rows += [unknown | row for row in found.to_pylist()]
    return rows


def values_of(lake: Lake, paths: Iterable[str], column: str) -> set[str]:
    """Return what a text column of some files holds, each value once; every file has the column.

    Args:
        lake: whose files.
        paths: below the lake's root.
        column: which.
    """
    found: set[str] = set()
    for path in paths:
        file_system, place = fsspec.core.url_to_fs(lake.url(path))
        with file_system.open(place, "rb") as stream:
            values = pq.read_table(stream, columns=[column]).column(column)
        found.update(value for value in values.unique().to_pylist() if value is not None)
    return found
