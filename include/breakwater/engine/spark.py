"""Spark: the same models on a cluster, for vendor-days that are too large for one machine.

A staged model is Parquet in a folder that the driver and every executor see: an executor that is
lost takes no result with it, and the next model is planned by the size that the result has.
"""

import atexit
import logging
import os
import re
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from breakwater.contracts.operations import SparkSettings
from breakwater.contracts.tables import Table
from breakwater.core.errors import ConfigurationError
from breakwater.engine.base import SHARED_TYPES, PortabilityError, arrow_schema, each_name
from breakwater.engine.parquet import ROW_GROUP_ROWS, write_batches

SETTINGS: Final[dict[str, str]] = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error, never a null
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",  # "x" is a name, as everywhere else
    "spark.sql.variable.substitute": "false",  # ${x} within quotes is what it says
    "spark.sql.session.timeZone": "UTC",
    # Days long ago are what the file says; Spark's own files of before version 3 are never read.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.shuffle.partitions": "64",  # at most; small ones are put together as they come
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
LOCAL: Final = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
"""One machine talks to itself, whatever its name resolves to."""

NAMES_OF_TYPES: Final = {"text": "string", "double precision": "double"}
"""The types of the common subset that Spark knows by another name only."""

_QUOTED_OR_TYPE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*"""
    r"|\b(?P<as>as\s+)(?P<type>text|double\s+precision)(?=\s*\))",
    re.IGNORECASE,
)

_lock = threading.Lock()
_running: dict[str, Any] = {}


class SparkEngine:
    """A session of the Spark that this process started; its names are its own."""

    def __init__(self, settings: SparkSettings) -> None:
        """Open a session; the first one of a process starts Spark, which takes some seconds.

        Raises:
            ConfigurationError: Spark is not installed, or its folder is not seen by all.
        """
        self._session: Any = _spark(settings).newSession()
        self._folder = Path(tempfile.mkdtemp(prefix="breakwater-spark-", dir=settings.folder))
        self._names: list[str] = []

    def load(self, name: str, rows: pa.Table) -> None:
        """Hand an Arrow table over."""
        # Spark takes a table whose first chunk is empty for an empty table, and says nothing.
        self._name(name, self._session.createDataFrame(rows.combine_chunks()))

    def scan(self, name: str, files: Sequence[str], table: Table) -> None:
        """Read Parquet files in place; other than local ones are copied to the folder first."""
        schema = arrow_schema(table)
        if not files:
            self.load(name, schema.empty_table())
            return
        columns = ", ".join(
            f"`{column.name}` {_SPARK_TYPES[column.type]}" for column in table.columns
        )
        paths = [self._readable(file) for file in files]
        for path in paths:
            _must_have(path, table)
        self._name(name, self._read([_address(path) for path in paths], columns))

    def define(self, name: str, select: str) -> None:
        """Give a model a name, as a temporary view."""
        self._name(name, self._session.sql(spark_text(select)))

    def stage(self, name: str, select: str) -> None:
        """Run a model into the folder."""
        answer = self._session.sql(spark_text(select))
        self._name(name, self._kept(name, answer))

    def fetch(self, name: str, order_by: Sequence[str] = ()) -> pa.Table:
        """Return the rows of a name."""
        rows: pa.Table = self._ordered(name, order_by).toArrow()
        for field in rows.schema:
            if field.type not in SHARED_TYPES:
                raise PortabilityError(name, field.name, str(field.type))
        return rows.cast(_nullable(rows.schema))

    def count(self, name: str) -> int:
        """Return how many rows a name has."""
        return int(self._session.table(name).count())

    def write(
        self,
        names: str | Sequence[str],
        table: Table,
        order_by: Sequence[str],
        file: Path,
        *,
        likely_ordered: bool = False,  # noqa: ARG002  rows of a cluster arrive in no order
        held_rows: int = 0,  # noqa: ARG002  as above
    ) -> int:
        """Write the rows of one or more names, ordered, as one Parquet file.

        The executors sort and leave parts in the folder; this process puts them together.
        """
        folders: list[Path] = []
        for name in each_name(names):  # the same name may follow itself
            folder = self._folder / f"{len(folders)}.ordered"
            folders.append(folder)
            self._ordered(name, order_by).write.parquet(_address(folder))
        try:
            return write_batches(chain.from_iterable(map(_batches, folders)), table, file)
        finally:
            for folder in folders:
                shutil.rmtree(folder)

    def close(self) -> None:
        """End the session and remove what it left in the folder; Spark itself keeps running."""
        for name in self._names:
            self._session.catalog.dropTempView(name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _name(self, name: str, rows: Any) -> None:  # noqa: ANN401  Spark is optional
        rows.createTempView(name)
        self._names.append(name)

    def _kept(self, name: str, rows: Any) -> Any:  # noqa: ANN401
        folder = _address(self._folder / name)
        rows.write.parquet(folder)
        return self._read([folder], rows.schema)

    def _read(self, addresses: Sequence[str], schema: Any) -> Any:  # noqa: ANN401
        # Folders named key=value are no columns: the columns are in the files.
        reader = self._session.read.option("recursiveFileLookup", "true")
        return reader.schema(schema).parquet(*addresses)

    def _ordered(self, name: str, order_by: Sequence[str]) -> Any:  # noqa: ANN401
        rows = self._session.table(name)
        return (
            rows.orderBy(*(rows[column].asc_nulls_last() for column in order_by))
            if order_by
            else rows
        )

    def _readable(self, file: str) -> Path:
        """Return a path that every executor can read."""
        file_system, path = fsspec.core.url_to_fs(file)
        if "file" in file_system.protocol:
            return Path(path)
        handle, copy = tempfile.mkstemp(suffix=".parquet", dir=self._folder)
        os.close(handle)
        file_system.get_file(path, copy)
        return Path(copy)


_SPARK_TYPES: Final = {
    "text": "string",
    "bigint": "bigint",
    "double": "double",
    "date": "date",
    "boolean": "boolean",
}


def spark_text(select: str) -> str:
    """Return a model with the two types that Spark names differently under Spark's names.

    A backslash within single quotes is doubled, because Spark alone takes it for an escape. Nothing
    else is rewritten, and nothing within comments.
    """

    def named(found: re.Match[str]) -> str:
        if found[0].startswith("'"):
            return found[0].replace("\\", "\\\\")
        if not found["type"]:
            return found[0]
        return found["as"] + NAMES_OF_TYPES[" ".join(found["type"].lower().split())]

    return _QUOTED_OR_TYPE.sub(named, select)


def stop_spark() -> None:
    """End the Spark of this process, its executors and its virtual machine; none is no error."""
    with _lock:
        session = _running.pop("session", None)
        _running.clear()
        if session is None:
            return
        context = session.sparkContext
        gateway = context._gateway  # noqa: SLF001  Spark has no public way to end its machine
        context.stop()
        gateway.shutdown()
        # The machine ends when nobody holds the other end of its standard input any more.
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=30)
        type(context)._gateway = type(context)._jvm = None  # noqa: SLF001  so that another can start


def _spark(settings: SparkSettings) -> Any:  # noqa: ANN401
    """Return the root session of this process; a process has one Spark, with one set of settings."""
    with _lock:
        if "session" not in _running:
            _running.update(settings=settings, process=os.getpid(), session=_started(settings))
            atexit.register(stop_spark)
        if (_running["settings"], _running["process"]) != (settings, os.getpid()):
            message = (
                "one process runs one Spark: with other settings, or after a fork, start another"
            )
            raise RuntimeError(message)
        return _running["session"]


def _started(settings: SparkSettings) -> Any:  # noqa: ANN401
    with warnings.catch_warnings():
        # Spark warns of the newest pandas, which is not used with it: rows pass as Arrow.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            import pyspark  # noqa: PLC0415  optional
            from pyspark.sql import SparkSession  # noqa: PLC0415
        except ImportError:
            problem = "engine: kind is spark, but pyspark is not installed; pip install 'breakwater[spark]'"
            raise ConfigurationError((problem,)) from None
        # Without it the executors of one machine do not know where Spark is.
        os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
        # Spark's Python side logs every error with its whole trace, and raises it as well.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        configuration = pyspark.SparkConf().setMaster(settings.master).setAppName("breakwater")
        local = LOCAL if settings.master.startswith("local") else {}
        memory = {"spark.driver.memory": settings.memory, "spark.executor.memory": settings.memory}
        for name, value in {**SETTINGS, **local, **memory, **settings.options}.items():
            configuration.set(name, value)
        context = pyspark.SparkContext(conf=configuration)
        context.setLogLevel("ERROR")
        session = SparkSession(context)
    _folder_is_shared(session, settings)
    return session


def _folder_is_shared(session: Any, settings: SparkSettings) -> None:  # noqa: ANN401
    """Try whether what executors write is there; otherwise rows would be missing without a word."""
    parts = 2 * session.sparkContext.defaultParallelism
    with tempfile.TemporaryDirectory(prefix="breakwater-spark-", dir=settings.folder) as scratch:
        folder = Path(scratch) / "tried"
        session.range(0, parts, 1, parts).write.parquet(_address(folder))
        found = sum(batch.num_rows for batch in _batches(folder))
    if found != parts:
        problem = (
            "engine.spark.folder: expected a folder that this machine and every executor see;"
            f" found {found} of {parts} rows that executors wrote there"
        )
        raise ConfigurationError((problem,))


def _must_have(file: Path, table: Table) -> None:
    """Refuse a file without a required column; Spark would read it as nulls, like any other."""
    missing = {c.name for c in table.columns if c.required} - set(pq.read_schema(file).names)
    if missing:
        message = f"{file} has no column {', '.join(sorted(missing))}, which {table.name} requires"
        raise pa.ArrowInvalid(message)


def _batches(folder: Path) -> Iterator[pa.RecordBatch]:
    """Read what executors wrote, part by part in their order."""
    for part in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(part) as opened:
            # Whether a column may be null is Spark's guess, and another one for each model.
            schema = _nullable(opened.schema_arrow)
            for batch in opened.iter_batches(ROW_GROUP_ROWS):
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def _address(path: Path) -> str:
    return f"file:{path.absolute()}"
