"""Choose the engine that the configuration names."""

from collections.abc import Iterator
from contextlib import contextmanager

from breakwater.contracts.operations import EngineSettings
from breakwater.engine.base import Engine
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.engine.spark import SparkEngine


@contextmanager
def open_engine(
    settings: EngineSettings, dsn: str, *, row_count: int | None = None
) -> Iterator[Engine]:
    """Open a session for the length of a ``with`` block.

    Args:
        settings: which engine, and within which limits.
        dsn: the PostgreSQL database in which that engine would work.
        row_count: about how many rows it will read; an engine may spend less on few of them.

    Raises:
        ConfigurationError: the engine is not installed, or cannot work with its settings.
    """
    engine: Engine
    if settings.kind == "duckdb":
        engine = DuckDBEngine(settings.memory_limit, settings.threads, row_count=row_count)
    elif settings.kind == "spark":
        engine = SparkEngine(settings.spark)
    else:
        engine = PostgreSQLEngine(dsn)
    try:
        yield engine
    finally:
        engine.close()
