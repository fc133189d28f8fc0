"""Choose the engine that the configuration names."""

from collections.abc import Iterator
from contextlib import contextmanager

from breakwater.contracts.operations import EngineSettings
from breakwater.engine.base import Engine
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine


@contextmanager
def open_engine(settings: EngineSettings, dsn: str) -> Iterator[Engine]:
    """Open a session for the length of a ``with`` block.

    Args:
        settings: which engine, and within which limits.
        dsn: the PostgreSQL database in which that engine would work.
    """
    engine: Engine
    if settings.kind == "duckdb":
        engine = DuckDBEngine(settings.memory_limit, settings.threads)
    else:
        engine = PostgreSQLEngine(dsn)
    try:
        yield engine
    finally:
        engine.close()
