"""Both engines for the models of reconciliation."""

from collections.abc import Iterator

import pytest

from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.warehouse.embedded import EmbeddedPostgreSQL


@pytest.fixture
def in_process() -> Iterator[DuckDBEngine]:
    """Open DuckDB."""
    engine = DuckDBEngine("1GB", 2)
    yield engine
    engine.close()


@pytest.fixture
def in_server(server: EmbeddedPostgreSQL) -> Iterator[PostgreSQLEngine]:
    """Open PostgreSQL."""
    engine = PostgreSQLEngine(server.dsn())
    yield engine
    engine.close()
