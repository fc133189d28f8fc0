"""Rows that a person corrected: they land with these cells instead of those of the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from breakwater.landing.reading.raw_rows import RawRows
from breakwater.warehouse.database import Connection

Cells = Mapping[str, str | None]
"""Corrected cells by the contract's column names; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """The newest correction of each row of a vendor-day's files.

    Attributes:
        by_file: cells by row number, by the hash of the file: another version of a file has other
            rows, so none of them fits it.
    """

    by_file: Mapping[str, Mapping[int, Cells]]

    def rows_of(self, sha256: str) -> frozenset[int]:
        """Return the numbers of a file's corrected rows."""
        return frozenset(self.by_file.get(sha256, {}))

    def apply(self, raw: RawRows, sha256: str) -> tuple[RawRows, int]:
        """Lay the corrections of a file over some of its rows.

        A record that could not be read becomes a row with the corrected cells and no others. Cells
        of columns that the contract no longer reads are left out.

        Args:
            raw: any part of the file.
            sha256: hash of the file.

        Returns:
            The same rows, corrected, in the order of the file; and how many of them are corrected.
        """
        corrected = self.by_file.get(sha256)
        if not corrected:
            return raw, 0
        numbers = np.array(sorted(corrected), dtype=np.int64)
        places = np.flatnonzero(np.isin(raw.source_row, numbers))
        revived = tuple(row.source_row for row in raw.refused if row.source_row in corrected)
        if not len(places) and not revived:
            return raw, 0
        columns = _overlaid(raw, places, corrected)
        source_row = raw.source_row
        if revived:
            columns = pa.concat_tables([columns, _rows(columns.schema, revived, corrected)])
            source_row = np.concatenate([source_row, np.array(revived, dtype=np.int64)])
            order = np.argsort(source_row, kind="stable")
            columns, source_row = columns.take(pa.array(order)), source_row[order]
        refused = tuple(row for row in raw.refused if row.source_row not in corrected)
        return (
            replace(raw, columns=columns, source_row=source_row, refused=refused),
            len(places) + len(revived),
        )


def _overlaid(
    raw: RawRows, places: np.typing.NDArray[np.intp], corrected: Mapping[int, Cells]
) -> pa.Table:
    """Put corrected cells in the place of the file's, column by column."""
    table = raw.columns
    cells_at = {int(place): corrected[int(raw.source_row[place])] for place in places}
    for name in sorted({name for cells in cells_at.values() for name in cells}):
        index = table.schema.get_field_index(name)
        if index < 0:
            continue
        values = {place: cells[name] for place, cells in cells_at.items() if name in cells}
        is_corrected = np.zeros(table.num_rows, dtype=bool)
        is_corrected[list(values)] = True
        field = table.schema.field(index)
        column = pc.replace_with_mask(
            table.column(index).combine_chunks(),
            pa.array(is_corrected),
            pa.array([values[place] for place in sorted(values)], field.type),
        )
        table = table.set_column(index, field, column)
    return table


def _rows(schema: pa.Schema, numbers: tuple[int, ...], corrected: Mapping[int, Cells]) -> pa.Table:
    """Make rows of corrected cells alone."""
    columns = [
        pa.array([corrected[number].get(field.name) for number in numbers], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def corrections_of(connection: Connection, vendor: str, day: date) -> Corrections:
    """Read the corrections of a vendor-day; of several of one row the newest counts."""
    rows = connection.execute(
        "select distinct on (sha256, source_row) sha256, source_row, cells from landing.correction"
        " where vendor = %s and operational_day = %s"
        " order by sha256, source_row, correction_id desc",
        [vendor, day],
    )
    by_file: dict[str, dict[int, Cells]] = {}
    for row in rows:
        by_file.setdefault(row["sha256"], {})[row["source_row"]] = row["cells"]
    return Corrections(by_file)


def add_correction(
    connection: Connection,
    vendor: str,
    day: date,
    *,
    sha256: str,
    source_row: int,
    cells: Cells,
    by: str,
    note: str,
    at: datetime,
) -> None:
    """Keep a correction of one row; earlier ones stay for the record.

    It says everything about the row: cells of an earlier correction that it does not name are the
    file's again.
    """
    connection.execute(
        "insert into landing.correction (vendor, operational_day, sha256, source_row, cells,"
        " corrected_by, note, corrected_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [vendor, day, sha256, source_row, json.dumps(dict(cells)), by, note, at],
    )
