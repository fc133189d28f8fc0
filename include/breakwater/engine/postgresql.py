"""PostgreSQL: the same models in a server, in a temporary schema of the session."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fsspec
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from breakwater.contracts.tables import Table
from breakwater.engine.base import arrow_schema
from breakwater.engine.parquet import write_parquet

SQL_TYPES: dict[str, str] = {
    "string": "text",
    "large_string": "text",
    "int64": "bigint",
    "int32": "integer",
    "double": "double precision",
    "date32[day]": "date",
    "bool": "boolean",
}
ARROW_BY_OID: dict[int, pa.DataType] = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int32(),
    23: pa.int32(),
    25: pa.string(),
    701: pa.float64(),
    1043: pa.string(),
    1082: pa.date32(),
}


class PostgreSQLEngine:
    """One connection with temporary tables; they vanish with it."""

    def __init__(self, dsn: str) -> None:
        """Open a session."""
        self._connection: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True)

    def load(self, name: str, rows: pa.Table) -> None:
        """Copy an Arrow table in."""
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(
                sql.Identifier(field.name),
                sql.SQL(SQL_TYPES[str(field.type)]),  # type: ignore[arg-type]  # our own constants
            )
            for field in rows.schema
        )
        table = sql.Identifier(name)
        self._connection.execute(sql.SQL("create temporary table {} ({})").format(table, columns))
        names = sql.SQL(", ").join(map(sql.Identifier, rows.schema.names))
        statement = sql.SQL("copy {} ({}) from stdin").format(table, names)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in rows.to_batches(max_chunksize=10_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        self._connection.execute(sql.SQL("analyze {}").format(table))

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Copy Parquet files in."""
        schema = arrow_schema(table)
        parts = []
        for file in files:
            file_system, path = fsspec.core.url_to_fs(file)
            with file_system.open(path, "rb") as stream:
                parts.append(pq.read_table(stream).select(schema.names).cast(schema))
        self.load(name, pa.concat_tables(parts) if parts else schema.empty_table())

    def stage(self, name: str, select: str) -> None:
        """Run a model into a temporary table."""
        table = sql.Identifier(name)
        body = sql.SQL(select)  # type: ignore[arg-type]  # the text of a model file
        self._connection.execute(sql.SQL("create temporary table {} as {}").format(table, body))
        self._connection.execute(sql.SQL("analyze {}").format(table))

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name."""
        query = sql.SQL("select * from {}").format(sql.Identifier(name))
        if order_by:
            # Byte order, as the other engines sort text.
            order = sql.SQL(", ").join(
                sql.SQL('{} collate "C"').format(sql.Identifier(column))
                if column in self._text_columns(name)
                else sql.Identifier(column)
                for column in order_by
            )
            query = sql.SQL("{} order by {}").format(query, order)
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            fields = [(c.name, ARROW_BY_OID[c.type_code]) for c in cursor.description or ()]
            values = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(fields)
        schema = pa.schema(fields)
        arrays = [pa.array(v, f.type) for v, f in zip(values, schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=schema)

    def count(self, name: str) -> int:
        """Return how many rows a name has."""
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(name))
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def write(self, name: str, table: Table, order_by: Sequence[str], file: Path) -> int:
        """Write a name's rows, ordered, as one Parquet file."""
        return write_parquet(self.fetch(name, order_by), table, file)

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _text_columns(self, name: str) -> set[str]:
        cursor = self._connection.execute(
            sql.SQL("select * from {} limit 0").format(sql.Identifier(name))
        )
        return {c.name for c in cursor.description or () if c.type_code in {25, 1043}}
