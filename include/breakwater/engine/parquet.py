"""Write Parquet whose bytes depend on the rows alone."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from breakwater.contracts.tables import Table
from breakwater.engine.base import arrow_schema

ROW_GROUP_ROWS = 131_072
"""Rows are grouped by this count alone, however an engine hands them over."""
TELLING_ROWS = 16_384
"""So many rows tell whether the values of a column repeat: to count all of them took a fifth of writing."""


def write_parquet(rows: pa.Table, table: Table, file: Path) -> int:
    """Cast rows to a lake table and write them; return how many.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its column, or a required one is null.
    """
    return write_batches(rows.select(list(table.column_names)).to_batches(), table, file)


def as_of_table(rows: pa.Table, table: Table) -> pa.Table:
    """Return what a file of a lake table holds; a column that it was written without is null."""
    schema = arrow_schema(table)
    for column, field in zip(table.columns, schema, strict=True):
        if not column.required and column.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(schema.names).cast(schema)


def write_batches(batches: Iterable[pa.RecordBatch], table: Table, file: Path) -> int:
    """Cast rows that arrive in batches to a lake table and write them; return how many.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its column, or a required one is null.
    """
    groups = (_fitted(group, table) for group in _row_groups(batches))
    first = next(groups, arrow_schema(table).empty_table())
    repetitive = _repetitive_columns(first)
    with (
        pq.ParquetWriter(
            file,
            first.schema,
            compression="zstd",
            use_dictionary=repetitive,
            # The least and the greatest of a column of ids exclude nothing, and cost a quarter of writing.
            write_statistics=[*repetitive, *_columns_without_text(first)],
            store_schema=False,
        ) as writer,
        ThreadPoolExecutor(1, thread_name_prefix="breakwater-parquet") as packer,
    ):
        # One group is packed while the engine makes the next: neither waits, and no more is held.
        packed = packer.submit(writer.write_table, first, row_group_size=ROW_GROUP_ROWS)
        count: int = first.num_rows
        for group in groups:
            packed.result()
            packed = packer.submit(writer.write_table, group, row_group_size=ROW_GROUP_ROWS)
            count += group.num_rows
        packed.result()
    return count


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut a stream of batches into tables of exactly a row group each; the last may be smaller."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= ROW_GROUP_ROWS:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, ROW_GROUP_ROWS)
            waiting = table.slice(ROW_GROUP_ROWS).to_batches()
            rows -= ROW_GROUP_ROWS
    if rows:
        yield pa.Table.from_batches(waiting)


def _repetitive_columns(rows: pa.Table) -> list[str]:
    """Name the text columns in which values repeat: a dictionary of ids only costs time and space."""
    told = rows.slice(0, TELLING_ROWS)
    return [
        field.name
        for field in told.schema
        if field.type == pa.string()
        and pc.count_distinct(told.column(field.name)).as_py() * 4 <= told.num_rows
    ]


def _columns_without_text(rows: pa.Table) -> list[str]:
    return [field.name for field in rows.schema if field.type != pa.string()]


def _fitted(rows: pa.Table, table: Table) -> pa.Table:
    """Cast rows to a lake table and refuse nulls where it has none."""
    schema = arrow_schema(table)
    fitted = rows.select(schema.names).cast(
        pa.schema([field.with_nullable(True) for field in schema])
    )
    for field in schema:
        if not field.nullable and fitted.column(field.name).null_count:
            message = f"{table.name}.{field.name} is required and has nulls"
            raise pa.ArrowInvalid(message)
    return fitted.cast(schema)
