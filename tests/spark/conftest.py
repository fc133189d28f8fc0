"""Spark is an extra: without it these tests are skipped, and say so."""

from collections.abc import Iterator

import pytest
from spark_settings import SPARK

from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.open import open_engine
from breakwater.engine.spark import SparkEngine


@pytest.fixture
def in_process() -> Iterator[DuckDBEngine]:
    """Open DuckDB."""
    engine = DuckDBEngine("1GB", 1)
    yield engine
    engine.close()


@pytest.fixture
def on_cluster() -> Iterator[SparkEngine]:
    """Open a session on two executors."""
    with open_engine(SPARK, "no database is needed") as engine:
        assert isinstance(engine, SparkEngine)
        yield engine
