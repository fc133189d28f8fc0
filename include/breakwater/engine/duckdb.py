"""DuckDB: the default engine, in this process and within a memory limit."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pyarrow as pa

from breakwater.contracts.tables import Table
from breakwater.engine.base import arrow_schema
from breakwater.engine.parquet import write_parquet


class DuckDBEngine:
    """A private in-memory database that spills to a folder of its own."""

    def __init__(self, memory_limit: str, threads: int) -> None:
        """Open a session within limits."""
        self._spill = tempfile.TemporaryDirectory(prefix="breakwater-duckdb-")
        self._connection: Any = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": self._spill.name,
                # Everything needed is in the wheel; nothing may be fetched at run time.
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )

    def load(self, name: str, rows: pa.Table) -> None:
        """Copy an Arrow table in, so that the caller may let go of it."""
        self._connection.register("arrow_input", rows)
        self._connection.execute(f"create table {_quoted(name)} as select * from arrow_input")
        self._connection.unregister("arrow_input")

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Read Parquet files in place; other than local ones through fsspec."""
        if not files:
            self.load(name, arrow_schema(table).empty_table())
            return
        paths = [self._readable(file) for file in files]
        literals = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        columns = ", ".join(_quoted(column) for column in table.column_names)
        # File names hold the partition key as text; the columns in the file are typed already.
        self._connection.execute(
            f"create view {_quoted(name)} as select {columns}"
            f" from read_parquet([{literals}], hive_partitioning = false)"
        )

    def stage(self, name: str, select: str) -> None:
        """Run a model into a table."""
        self._connection.execute(f"create table {_quoted(name)} as {select}")

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name."""
        order = f" order by {', '.join(map(_quoted, order_by))}" if order_by else ""
        relation = self._connection.sql(f"select * from {_quoted(name)}{order}")
        rows: pa.Table = relation.to_arrow_table()
        return rows

    def count(self, name: str) -> int:
        """Return how many rows a name has."""
        found = self._connection.execute(f"select count(*) from {_quoted(name)}")
        return int(found.fetchall()[0][0])

    def write(self, name: str, table: Table, order_by: Sequence[str], file: Path) -> int:
        """Write a name's rows, ordered, as one Parquet file."""
        return write_parquet(self.fetch(name, order_by), table, file)

    def close(self) -> None:
        """End the session."""
        self._connection.close()
        self._spill.cleanup()

    def _readable(self, file: str) -> str:
        """Return a path DuckDB reads by itself, or register the file system that it needs."""
        file_system, path = fsspec.core.url_to_fs(file)
        if "file" in file_system.protocol:
            return str(path)
        if not self._connection.filesystem_is_registered(file_system.protocol[0]):
            self._connection.register_filesystem(file_system)
        return file


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
