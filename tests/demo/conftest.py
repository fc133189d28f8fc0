"""A simulation of eighteen days, shared by the tests that only read it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from simulated import DAYS, FIRST_DAY, Simulated

from breakwater.contracts.configuration import Configuration
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import load_truth
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL


@pytest.fixture(scope="session")
def simulated(
    server: EmbeddedPostgreSQL,
    configuration: Configuration,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Simulated]:
    """Simulate once with every kind of fault."""
    exports = tmp_path_factory.mktemp("exports")
    log = Database(server.ensure_database("simulated"))
    summary = simulate(
        configuration,
        first_day=FIRST_DAY,
        days=DAYS,
        cases_per_day=1_500,
        seed=7,
        out=exports.as_uri(),
        enforcement_log=log,
        truth_file=exports / "truth.json",
    )
    yield Simulated(exports, log, load_truth(exports / "truth.json"), summary)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        name = sql.Identifier("simulated")
        connection.execute(sql.SQL("drop database {} with (force)").format(name))
