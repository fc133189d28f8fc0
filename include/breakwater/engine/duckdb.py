"""DuckDB: the default engine, in this process and within a memory limit."""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pyarrow as pa

from breakwater.contracts.tables import Table
from breakwater.engine.ahead import Batches, read_in_turn
from breakwater.engine.base import SHARED_TYPES, PortabilityError, arrow_schema, each_name
from breakwater.engine.ordering import OutOfOrderError, in_order
from breakwater.engine.parquet import ROW_GROUP_ROWS, write_batches

HELD_BYTES = 370
"""What a join keeps in memory for one row that it is asked for by its key, measured with the books of
a day: a million rows stay in order within 400 MB, and not within 300 MB."""

NEEDED_PASSES = frozenset(
    {"filter_pushdown", "join_order", "unused_columns", "build_side_probe_side"}
)
"""What of DuckDB's optimiser pays where there are few rows. With all of its 46 passes, it takes as
long to find plans for a small vendor-day as to run a quarter of them; without these four, longer."""
FEW_ROWS = 30_000
ROWS_A_THREAD = 1_000_000
"""From so many rows on another thread pays. Two threads need a quarter more processor time for measuring
half a million rows than one, and as long; two million rows are done in three quarters of the time."""

_BYTES = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50}
_session_numbers = itertools.count()


class DuckDBEngine:
    """A private in-memory catalog in the DuckDB of this process.

    Sessions share one instance because opening one costs ten times what a small model does, and
    because the memory limit is meant for the process, whatever runs in it side by side.

    Attributes:
        sorted_after_all: how often rows that were likely to arrive in order did not. Such a file was
            written twice: the result is the same, at more than twice the price.
    """

    def __init__(self, memory_limit: str, threads: int, *, row_count: int | None = None) -> None:
        """Open a session within limits.

        Args:
            memory_limit: of all sessions of this process.
            threads: of one query, at most.
            row_count: how many rows it is about; for few, plans are looked for less long, and fewer
                threads work. Both hold for other sessions of this process at the same time, too:
                results are the same.
        """
        self.sorted_after_all = 0
        self._threads = threads if row_count is None else _threads_for(row_count, threads)
        self._catalog = f"session_{next(_session_numbers)}"
        self._connection: Any = _instance(os.getpid(), memory_limit, threads).cursor()
        self._connection.execute(f"attach ':memory:' as {self._catalog}")
        self._connection.execute(f"use {self._catalog}")
        self._connection.execute(f"set threads = {self._threads}")
        has_few = row_count is not None and row_count <= FEW_ROWS
        self._left_out = _unneeded_passes() if has_few else ()
        if self._left_out:
            self._leave_out(*self._left_out)

    def load(self, name: str, rows: pa.Table) -> None:
        """Copy an Arrow table in, so that the caller may let go of it."""
        self._connection.register("arrow_input", rows)
        self._run(f"create table {_quoted(name)} as select * from arrow_input")
        self._connection.unregister("arrow_input")

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Read Parquet files in place; other than local ones through fsspec."""
        if not files:
            self.load(name, arrow_schema(table).empty_table())
            return
        paths = [self._readable(file) for file in files]
        literals = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        written = self._columns_written(literals)
        columns = ", ".join(
            f"cast(null as {column.type}) as {_quoted(column.name)}"
            if not column.required and column.name not in written
            else _quoted(column.name)
            for column in table.columns
        )
        # Some files may be older than a column; only then are all of them looked at beforehand.
        by_name = any(
            written.get(column.name, len(paths)) < len(paths)
            for column in table.columns
            if not column.required
        )
        # File names hold the partition key as text; the columns in the file are typed already.
        self._connection.execute(
            f"create view {_quoted(name)} as select {columns}"
            f" from read_parquet([{literals}], hive_partitioning = false,"
            f" union_by_name = {str(by_name).lower()})"
        )

    def define(self, name: str, select: str) -> None:
        """Give a model a name, as a view."""
        self._run(f"create view {_quoted(name)} as {select}")

    def stage(self, name: str, select: str) -> None:
        """Run a model into a table."""
        self._run(f"create table {_quoted(name)} as {select}")

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name."""
        rows: pa.Table = self._ordered(name, order_by).to_arrow_table()
        for field in rows.schema:
            if field.type not in SHARED_TYPES:
                raise PortabilityError(name, field.name, str(field.type))
        return rows

    def batches(self, name: str, order_by: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        """Stream the rows of a name, at most so many at a time; to be read before the next call."""
        yield from self._ordered(name, order_by).to_arrow_reader(rows)

    def count(self, name: str) -> int:
        """Return how many rows a name has."""
        found = self._run(f"select count(*) from {_quoted(name)}")
        return int(found.fetchall()[0][0])

    def write(
        self,
        names: str | Sequence[str],
        table: Table,
        order_by: Sequence[str],
        file: Path,
        *,
        likely_ordered: bool = False,
        held_rows: int = 0,
    ) -> int:
        """Write the rows of one or more names, ordered, as one Parquet file.

        Rows that are likely to arrive in order are not sorted but looked at: sorting wide rows
        takes longer than joining them. Where one is out of order after all, as when a join did not
        fit into memory, everything is written again and sorted. Where it is plain beforehand that
        they will not fit, that is not even tried.
        """
        if likely_ordered and held_rows * HELD_BYTES <= self._memory_limit():
            together = len(each_name(names)) * held_rows * HELD_BYTES <= self._memory_limit()
            try:
                with self._keeping_order():
                    batches = self._in_order(names, order_by, together=together)
                    return write_batches(batches, table, file)
            except OutOfOrderError:
                self.sorted_after_all += 1
        sorted_batches = (
            self._ordered(name, order_by).to_arrow_reader(ROW_GROUP_ROWS)
            for name in each_name(names)
        )
        return write_batches(chain.from_iterable(sorted_batches), table, file)

    def close(self) -> None:
        """End the session and give its memory back."""
        if self._left_out:
            self._leave_out()
        self._connection.execute("use memory")
        self._connection.execute(f"detach {self._catalog}")
        self._connection.close()

    def _in_order(
        self, names: str | Sequence[str], order_by: Sequence[str], *, together: bool
    ) -> Iterator[pa.RecordBatch]:
        """Stream rows as they come, and raise `OutOfOrderError` when they are not ordered.

        Where there is memory for all joins at a time, all names are read at a time: a query that
        keeps its order has one thread, and every name has its own query.
        """
        streams = [partial(self._stream_in_order, name, order_by) for name in each_name(names)]
        if together:
            with closing(read_in_turn(streams)) as batches:
                yield from batches
        else:
            for stream in streams:
                yield from stream()

    def _stream_in_order(self, name: str, order_by: Sequence[str]) -> Batches:
        """Stream the rows of a name through a connection of its own, and look at their order."""
        with self._connection.cursor() as connection:
            connection.execute(f"use {self._catalog}")
            rows = connection.sql(f"select * from {_quoted(name)}")
            with closing(rows.to_arrow_reader(ROW_GROUP_ROWS)) as reader:
                yield from in_order(reader, order_by)

    @contextmanager
    def _keeping_order(self) -> Iterator[None]:
        """Let a query give its rows in the order of what it reads first.

        Left alone, DuckDB hashes whichever side of a join looks smaller and gives rows in the order
        of the other; and a result that is streamed comes as its threads get it done. Without threads
        of DuckDB's own, each query runs in the thread that reads it.
        """
        self._leave_out("build_side_probe_side", *self._left_out)
        self._connection.execute("set threads = 1")
        try:
            yield
        finally:
            self._connection.execute(f"set threads = {self._threads}")
            self._leave_out(*self._left_out)

    def _leave_out(self, *passes: str) -> None:
        """Let the optimiser do without some of its passes; none are named: with all of them."""
        self._connection.execute(f"set disabled_optimizers = '{','.join(passes)}'")

    def _memory_limit(self) -> float:
        """Return the bytes that DuckDB may use, which it tells as text: ``1.8 GiB``."""
        told = self._connection.execute("select current_setting('memory_limit')").fetchall()
        number, unit = told[0][0].split()
        return float(number) * _BYTES[unit]

    def _columns_written(self, literals: str) -> dict[str, int]:
        """Count in how many Parquet files each column is."""
        found = self._connection.execute(
            "select name, count(distinct file_name) as files"
            f" from parquet_schema([{literals}]) group by name"
        )
        return dict(found.fetchall())

    def _ordered(self, name: str, order_by: Sequence[str]) -> Any:  # noqa: ANN401  DuckDB ships no types
        order = f" order by {', '.join(map(_quoted, order_by))}" if order_by else ""
        return self._connection.sql(f"select * from {_quoted(name)}{order}")

    def _run(self, statement: str) -> Any:  # noqa: ANN401
        """Run a statement that comes again for every vendor-day, so that it is read only once."""
        return self._connection.execute(_parsed(statement))

    def _readable(self, file: str) -> str:
        """Return a path DuckDB reads by itself, or register the file system that it needs."""
        file_system, path = fsspec.core.url_to_fs(file)
        if "file" in file_system.protocol:
            return str(path)
        protocol = file_system.protocol
        scheme = protocol if isinstance(protocol, str) else protocol[0]
        if not self._connection.filesystem_is_registered(scheme):
            self._connection.register_filesystem(file_system)
        return file


@cache
def _instance(process: int, memory_limit: str, threads: int) -> Any:  # noqa: ANN401  DuckDB ships no types
    """Open the DuckDB of a process; a forked child gets its own, since threads do not survive."""
    spill = tempfile.mkdtemp(prefix="breakwater-duckdb-")
    atexit.register(_remove_spill, process, spill)
    return duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": spill,
            # Everything needed is in the wheel; nothing may be fetched at run time.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # A name that no model has is an error, never a variable of the caller.
            "python_enable_replacements": False,
        }
    )


@lru_cache(maxsize=1_000)
def _parsed(statement: str) -> Any:  # noqa: ANN401  DuckDB ships no types
    """Parse a statement; what names mean is asked anew each time it runs.

    Of a model over a few thousand rows, reading its text is a quarter of the work.
    """
    (parsed,) = duckdb.extract_statements(statement)
    return parsed


def _threads_for(row_count: int, at_most: int) -> int:
    return min(at_most, 1 + row_count // ROWS_A_THREAD)


@cache
def _unneeded_passes() -> tuple[str, ...]:
    """Name the passes of this DuckDB's optimiser that few rows do not need."""
    with duckdb.connect() as connection:
        known = connection.execute("select name from duckdb_optimizers()").fetchall()
    return tuple(name for (name,) in known if name not in NEEDED_PASSES)


def _remove_spill(process: int, folder: str) -> None:
    """Remove a spill folder when its process ends, but not when a forked child does."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
