"""Parquet: typed columns are spelled as text, so that one set of checks serves every format."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from breakwater.landing.layout import Wanted, find_columns
from breakwater.landing.raw_rows import RawRows
from breakwater.landing.refusal import ExportRefusedError, Fault, shown


def read_parquet(file: Path, names: Sequence[str], maximum_bytes: int) -> RawRows:
    """Read the named columns of a Parquet file.

    Instants become ``2026-11-01T10:00:00``, in UTC and with a ``Z`` when their column has a zone.

    Raises:
        ExportRefusedError: no Parquet, a column is missing, or one cannot be spelled as text.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            find_columns(parquet.schema_arrow.names, Wanted(tuple(names)))
            _check_size(parquet, maximum_bytes)
            table = parquet.read(columns=list(names))
        texts = [_text(table.column(name)) for name in names]
    except (pa.ArrowException, OSError) as error:
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="Parquet of plain values", found=shown(error)
        ) from error
    columns = pa.table(dict(zip(names, texts, strict=True)))
    return RawRows(columns, np.arange(1, table.num_rows + 1, dtype=np.int64), ())


def _check_size(parquet: pq.ParquetFile, maximum_bytes: int) -> None:
    metadata = parquet.metadata
    unpacked = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    if unpacked > maximum_bytes:
        raise ExportRefusedError(
            Fault.TOO_LARGE,
            expected=f"at most {maximum_bytes} bytes",
            found=f"{unpacked}",
        )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zone = "UTC" if getattr(kind, "tz", None) else None
        # Only the type names the zone of an instant; as text it must be one for all.
        seconds = column.cast(pa.timestamp("s", zone), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S" + ("Z" if zone else ""))
    if pa.types.is_floating(kind):
        # Whole numbers without a decimal point, as the other formats spell them.
        whole = pc.equal(pc.floor(column), column)
        integers = (
            pc.if_else(whole, column, pa.scalar(None, kind))
            .cast(pa.int64(), safe=False)
            .cast(pa.string())
        )
        return pc.coalesce(integers, column.cast(pa.string()))
    return column.cast(pa.string())
