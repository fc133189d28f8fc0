"""Mapped records on the local disk: however large an export is, memory holds one chunk of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from breakwater.landing.mapping.records import Records

PLACE_COLUMNS = ("file_number", "source_row", "part", "operational_day")
"""Where a record stands, and which day owns it; the others are what it says. Of the records that
come of one row, each is another part."""


class RecordSpill:
    """Writes records as Parquet, chunk by chunk, in the order of files and rows.

    Attributes:
        file: where.
        columns: of the records; none before the first.
        happenings: those of them that hold instants.
    """

    def __init__(self, file: Path) -> None:
        """Start with nothing; the file appears with the first records."""
        self.file = file
        self.columns: tuple[str, ...] = ()
        self.happenings: tuple[str, ...] = ()
        self._writer: pq.ParquetWriter | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """Columns of what records say: they decide the ids."""
        return tuple(name for name in self.columns if name not in PLACE_COLUMNS)

    def add(self, file_number: int, records: Records) -> None:
        """Take the records of one chunk; of a listing also the rows that were refused."""
        count = records.columns.num_rows
        columns: dict[str, pa.Array | pa.ChunkedArray] = {
            "file_number": pa.array(np.full(count, file_number, dtype=np.int32)),
            "source_row": records.source_row,
            "part": pa.array(np.zeros(count, dtype=np.int32)),
            "operational_day": records.operational_day,
        }
        columns |= {name: records.columns.column(name) for name in records.columns.column_names}
        columns |= {happening.column: happening.at for happening in records.happenings}
        table = pa.table(columns)
        if records.refused_cases is not None:
            seen = pa.table(
                {
                    "file_number": pa.repeat(
                        pa.scalar(file_number, pa.int32()), len(records.refused_cases)
                    ),
                    "case_id_vendor": records.refused_cases,
                }
            )
            table = pa.concat_tables([table, seen], promote_options="default")
        if self._writer is None:
            self.columns = tuple(table.column_names)
            self.happenings = tuple(each.column for each in records.happenings)
            # Text that repeats comes as codes already; looking for more of it costs time.
            coded = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
            self._writer = pq.ParquetWriter(
                self.file,
                table.schema,
                compression="lz4",
                use_dictionary=coded,
                write_statistics=False,
                store_schema=False,
            )
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


@contextmanager
def spilling(file: Path) -> Iterator[RecordSpill]:
    """Open a spill for the length of a ``with`` block."""
    spill = RecordSpill(file)
    try:
        yield spill
    finally:
        spill.close()
