"""Write Parquet whose bytes depend on the rows alone."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from breakwater.contracts.tables import Table
from breakwater.engine.base import arrow_schema


def write_parquet(rows: pa.Table, table: Table, file: Path) -> int:
    """Cast rows to a lake table and write them; return how many.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its column, or a required one is null.
    """
    schema = arrow_schema(table)
    fitted = rows.select(schema.names).cast(schema)
    for field in schema:
        if not field.nullable and fitted.column(field.name).null_count:
            message = f"{table.name}.{field.name} is required and has nulls"
            raise pa.ArrowInvalid(message)
    pq.write_table(fitted, file, compression="zstd", store_schema=False)
    return int(fitted.num_rows)
