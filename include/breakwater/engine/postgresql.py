"""PostgreSQL: the same models in a server, in temporary tables of the session."""

import io
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, LiteralString

import fsspec
import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from psycopg import sql

from breakwater.contracts.tables import Table
from breakwater.engine.base import PortabilityError, arrow_schema, each_name
from breakwater.engine.parquet import ROW_GROUP_ROWS, as_of_table, write_batches

COLUMN_TYPES: dict[str, LiteralString] = {
    # Byte order, as the other engines compare text; models inherit it from their inputs.
    "string": 'text collate "C"',
    "large_string": 'text collate "C"',
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
TEXT_OIDS = {25, 1043}
BATCH_ROWS = 10_000


class PostgreSQLEngine:
    """One connection with temporary tables; they vanish with it."""

    def __init__(self, dsn: str) -> None:
        """Open a session."""
        self._connection: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True)

    def load(self, name: str, rows: pa.Table) -> None:
        """Copy an Arrow table in."""
        table = sql.Identifier(name)
        columns = [
            sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(_column_type(name, field)))
            for field in rows.schema
        ]
        self._connection.execute(
            sql.SQL("create temporary table {} ({})").format(table, sql.SQL(", ").join(columns))
        )
        statement = sql.SQL("copy {} from stdin (format csv)").format(table)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in rows.to_batches(max_chunksize=BATCH_ROWS):
                copy.write(_as_csv(batch))
        self._connection.execute(sql.SQL("analyze {}").format(table))

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Copy Parquet files in."""
        schema = arrow_schema(table)
        parts = []
        for file in files:
            file_system, path = fsspec.core.url_to_fs(file)
            with file_system.open(path, "rb") as stream:
                parts.append(as_of_table(pq.read_table(stream), table))
        self.load(name, pa.concat_tables(parts) if parts else schema.empty_table())

    def define(self, name: str, select: str) -> None:
        """Give a model a name, as a temporary view."""
        self._create("view", name, select)

    def stage(self, name: str, select: str) -> None:
        """Run a model into a temporary table."""
        self._create("table", name, select)
        self._connection.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name."""
        schema, _ = self._shape(name)
        return pa.Table.from_batches(self._batches(name, order_by), schema=schema)

    def count(self, name: str) -> int:
        """Return how many rows a name has."""
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(name))
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def write(
        self,
        names: str | Sequence[str],
        table: Table,
        order_by: Sequence[str],
        file: Path,
        *,
        likely_ordered: bool = False,  # noqa: ARG002  the server decides by itself how to order
        held_rows: int = 0,  # noqa: ARG002  as above
    ) -> int:
        """Write the rows of one or more names, ordered, as one Parquet file."""
        batches = (self._batches(name, order_by) for name in each_name(names))
        return write_batches(chain.from_iterable(batches), table, file)

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _create(self, kind: LiteralString, name: str, select: str) -> None:
        body = sql.SQL(select)  # the text of a model file
        statement = sql.SQL("create temporary {} {} as {}").format(
            sql.SQL(kind), sql.Identifier(name), body
        )
        self._connection.execute(statement)

    def _batches(self, name: str, order_by: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read rows through a cursor in the server, so that memory holds one batch."""
        schema, text_columns = self._shape(name)
        query = sql.SQL("select * from {}").format(sql.Identifier(name))
        if order_by:
            order = sql.SQL(", ").join(
                sql.SQL('{} collate "C"' if column in text_columns else "{}").format(
                    sql.Identifier(column)
                )
                for column in order_by
            )
            query = sql.SQL("{} order by {}").format(query, order)
        with self._connection.transaction(), self._connection.cursor("rows") as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(ROW_GROUP_ROWS):
                columns = zip(*rows, strict=True)
                arrays = [pa.array(v, f.type) for v, f in zip(columns, schema, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _shape(self, name: str) -> tuple[pa.Schema, set[str]]:
        """Return a name's Arrow schema and which of its columns are text."""
        cursor = self._connection.execute(
            sql.SQL("select * from {} limit 0").format(sql.Identifier(name))
        )
        columns = cursor.description or []
        for column in columns:
            if column.type_code not in ARROW_BY_OID:
                raise PortabilityError(name, column.name, f"the type with oid {column.type_code}")
        schema = pa.schema([(c.name, ARROW_BY_OID[c.type_code]) for c in columns])
        return schema, {c.name for c in columns if c.type_code in TEXT_OIDS}


def _column_type(name: str, field: pa.Field) -> LiteralString:
    if str(field.type) not in COLUMN_TYPES:
        raise PortabilityError(name, field.name, str(field.type))
    return COLUMN_TYPES[str(field.type)]


def _as_csv(rows: pa.RecordBatch) -> bytes:
    """Spell rows as CSV in which every value is quoted and NULL is not: COPY tells them apart."""
    sink = io.BytesIO()
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    arrow_csv.write_csv(rows, sink, options)
    return sink.getvalue()
