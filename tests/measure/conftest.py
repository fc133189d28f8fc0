"""Both engines, each with a folder of its own, for the models of measuring."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from case_book import Bench
from click.testing import CliRunner

from breakwater.cli import breakwater
from breakwater.engine.base import Engine
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.warehouse.embedded import EmbeddedPostgreSQL


@pytest.fixture(params=["duckdb", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Run models on one engine, then on the other."""
    engine: Engine
    if request.param == "duckdb":
        engine = DuckDBEngine("1GB", 1)
    else:
        server: EmbeddedPostgreSQL = request.getfixturevalue("server")
        engine = PostgreSQLEngine(server.dsn())
    yield Bench(engine, tmp_path)
    engine.close()


@pytest.fixture(params=["duckdb", "postgresql"])
def fresh_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Bench]]:
    """Open an engine as often as is asked for: several days, several configurations."""
    opened: list[Engine] = []

    def fresh() -> Bench:
        folder = tmp_path / f"bench-{len(opened)}"
        folder.mkdir()
        if request.param == "duckdb":
            opened.append(DuckDBEngine("1GB", 1))
        else:
            server: EmbeddedPostgreSQL = request.getfixturevalue("server")
            opened.append(PostgreSQLEngine(server.dsn()))
        return Bench(opened[-1], folder)

    yield fresh
    for engine in opened:
        engine.close()


@pytest.fixture
def duckdb_bench(tmp_path: Path) -> Iterator[Bench]:
    """Run models on the default engine alone, where engines are not the question."""
    engine = DuckDBEngine("1GB", 1)
    yield Bench(engine, tmp_path)
    engine.close()


@pytest.fixture
def typed() -> Callable[..., str]:
    """Type a command and return what it prints."""

    def run(*words: str) -> str:
        result = CliRunner().invoke(breakwater, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run
