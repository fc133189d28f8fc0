"""Parquet: typed columns are spelled as text, so that one set of checks serves every format."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from breakwater.landing.reading.layout import Layout, Wanted, check_column_count, find_columns
from breakwater.landing.reading.raw_rows import CHUNK, RawRows, arranged
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown

FOOTER_BYTES = 64 * 1024**2
"""Size of a file's own description above which it is refused."""

TEXT_BYTES = 256 * 1024**2
"""Text of one column in one chunk above which a file is refused: one value, repeated by number,
would otherwise fill any memory."""

BUFFER = 1024**2
"""Bytes of a column that are read at a time."""

DAMAGE = (pa.ArrowException, OSError, ValueError, IndexError)
"""What Arrow raises on damaged files, names that are no UTF-8 among them."""

WHOLE_LIMIT = 2.0**63
"""Whole numbers above it are spelled with an exponent."""


def read_parquet(
    file: Path, wanted: Wanted, maximum_bytes: int
) -> tuple[Layout, Generator[RawRows]]:
    """Read the named columns of a Parquet file, batch by batch.

    Instants become ``2026-11-01T10:00:00``, in UTC and with a ``Z`` when their column has a zone.

    Raises:
        ExportRefusedError: no Parquet, a column is missing, or it is larger than the limit; from
            the rows: a column cannot be spelled as text, or the file is damaged.
    """
    _check_footer(file)
    try:
        with pq.ParquetFile(file) as parquet:
            check_column_count(parquet.metadata.num_columns)
            schema, row_count = parquet.schema_arrow, parquet.metadata.num_rows
            layout, positions = find_columns(schema.names, wanted)
            _check_size(parquet, maximum_bytes)
    except DAMAGE as error:
        raise _unreadable(error) from error
    for name, position in positions.items():
        if pa.types.is_nested(kind := schema.field(position).type):
            raise ExportRefusedError(
                Fault.UNREADABLE, expected=f"plain values in {name!r}", found=shown(kind)
            )
    return layout, _rows(file, _Choice.of(schema.names, positions), wanted, row_count)


class _Choice(NamedTuple):
    """Which columns to ask for, how many come then, and which of these is which."""

    asked: list[str]
    coming: int
    places: dict[str, int]

    @classmethod
    def of(cls, names: Sequence[str], positions: Mapping[str, int]) -> "_Choice":
        """Choose: what is asked for by name comes in that order, a name that repeats repeatedly."""
        asked = list(dict.fromkeys(names[position] for position in positions.values()))
        coming = [place for name in asked for place, each in enumerate(names) if each == name]
        places = {name: coming.index(position) for name, position in positions.items()}
        return cls(asked, len(coming), places)


def _check_footer(file: Path) -> None:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 8))
        end = opened.read(8)
    length = int.from_bytes(end[:4], "little")
    if not end[4:] == b"PAR1":
        raise ExportRefusedError(
            Fault.UNREADABLE, expected="Parquet", found="a file that ends otherwise"
        )
    if length > FOOTER_BYTES:
        raise ExportRefusedError(
            Fault.TOO_LARGE, expected=f"a footer of at most {FOOTER_BYTES} bytes", found=f"{length}"
        )


def _check_size(parquet: pq.ParquetFile, maximum_bytes: int) -> None:
    metadata = parquet.metadata
    unpacked = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    if unpacked > maximum_bytes:
        raise ExportRefusedError(
            Fault.TOO_LARGE,
            expected=f"at most {maximum_bytes} bytes",
            found=f"{unpacked}",
        )


def _rows(file: Path, choice: _Choice, wanted: Wanted, row_count: int) -> Generator[RawRows]:
    count = 0
    try:
        # As dictionaries: a long value that repeats is held once, until its length is known.
        with pq.ParquetFile(file, read_dictionary=choice.asked, buffer_size=BUFFER) as parquet:
            for batch in parquet.iter_batches(CHUNK, columns=choice.asked, use_threads=False):
                if batch.num_columns != choice.coming:  # "a.b" is also the path of b inside of a
                    raise ExportRefusedError(
                        Fault.COLUMN_AMBIGUOUS, expected="one column a name", found="nested ones"
                    )
                columns = {
                    name: _text(batch.column(place)) for name, place in choice.places.items()
                }
                numbers = np.arange(count + 1, count + batch.num_rows + 1, dtype=np.int64)
                count += batch.num_rows
                yield RawRows(arranged(columns, wanted.names, batch.num_rows), numbers, ())
    except DAMAGE as error:
        raise _unreadable(error) from error
    if count != row_count:
        raise ExportRefusedError(
            Fault.UNREADABLE, expected=f"{row_count} rows, as the file declares", found=f"{count}"
        )


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zone = "UTC" if getattr(kind, "tz", None) else None
        # Only the type names the zone of an instant; as text it must be one for all.
        seconds = column.cast(pa.timestamp("s", zone), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S" + ("Z" if zone else ""))
    if pa.types.is_floating(kind):
        # Whole numbers without a decimal point, as the other formats spell them.
        numbers = column.cast(pa.float64())
        is_whole = pc.and_(
            pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), WHOLE_LIMIT)
        )
        integers = (
            pc.if_else(is_whole, numbers, pa.scalar(None, pa.float64()))
            .cast(pa.int64(), safe=False)
            .cast(pa.string())
        )
        return pc.coalesce(integers, column.cast(pa.string()))
    if pa.types.is_dictionary(kind):
        return _spread(column)
    text = column.cast(pa.string())
    text.validate(full=True)
    return text


def _spread(column: pa.DictionaryArray) -> pa.Array:
    """Write out a dictionary's values; Arrow's reader does not look at whether they are UTF-8."""
    values = column.dictionary.cast(pa.string())
    values.validate(full=True)
    size = pc.sum(pc.binary_length(values).take(column.indices)).as_py() or 0
    if size > TEXT_BYTES:
        raise ExportRefusedError(
            Fault.TOO_LARGE, expected=f"at most {TEXT_BYTES} bytes of text a chunk", found=f"{size}"
        )
    return values.take(column.indices)


def _unreadable(error: Exception) -> ExportRefusedError:
    return ExportRefusedError(
        Fault.UNREADABLE, expected="Parquet of plain values", found=shown(error)
    )
