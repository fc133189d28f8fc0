"""A real PostgreSQL for every test: one server a worker, one cloned database a test."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from breakwater.cli.closing_workers import ALLOCATOR, KEPT_CHUNKS
from breakwater.contracts.configuration import Configuration
from breakwater.contracts.loading import load_configuration
from breakwater.warehouse.database import Database, KeptConnections
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.workspace import Workspace

# How long an example takes, or its making, says how busy the machine is: no test asks for it.
settings.register_profile(
    "without time", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("without time")

_clone_numbers = itertools.count()
_AIRFLOW = ("tests/dags/", "tests/orchestration/")
_LONGEST = (
    "airflow",
    "tests/real/test_uci_incident_log.py",
    "tests/demo/test_demo_day.py",
    "tests/real/test_cran_review_queue.py",
    "tests/real/test_boston_311.py",
    "tests/restate/test_reclose.py",
    "tests/measure/test_renew.py",
    "tests/cli/test_close_again.py",
    "tests/reconcile/test_break_life.py",
    "tests/landing/test_delivered.py",
    "tests/properties/test_break_life_machine.py",
    "tests/real/test_crowd_vu_sound.py",
    "tests/real/test_uci_variants.py",
)
"""What takes longest, longest first: so that no worker is left alone with it at the end. By the number
of their tests, by which pytest-xdist orders the others, most of these would come last."""


class ByModule(LoadScopeScheduling):
    """Keeps a module in one worker, so that what its tests share is made once.

    What starts or imports Airflow is one unit altogether: two stacks at a time would fight for both
    cores and for the port that people expect. By path, not by the mark `xdist_group`: pytest-xdist
    3.8 does not see that under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "airflow" if nodeid.startswith(_AIRFLOW) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        waiting = next((scope for scope in _LONGEST if scope in self.workqueue), None)
        if waiting is not None:
            self.workqueue.move_to_end(waiting, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_setupnodes() -> None:
    """Let workers keep freed memory at hand, as those that close a range do."""
    os.environ.setdefault(ALLOCATOR, KEPT_CHUNKS)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    """Say which tests share a worker, and which begin."""
    gone = [name for name in _LONGEST if "/" in name and not (config.rootpath / name).exists()]
    if gone:
        message = f"tests/conftest.py names modules that are no more: {gone}"
        raise pytest.UsageError(message)
    return ByModule(config, log)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgreSQL]:
    """Serve PostgreSQL from a temporary folder for one worker.

    Not below pytest's own: as root the server runs as somebody else, and every pytest that starts
    closes that folder to others again.
    """
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-tests-") as folder,
        # Ended by the `with`, not by the interpreter's exit: once is enough.
        EmbeddedPostgreSQL(Path(folder) / "postgresql", keeps_running=True) as running,
    ):
        _forget_power_cuts(running)
        migrate(Database(running.ensure_database("template")))
        yield running


def _forget_power_cuts(server: EmbeddedPostgreSQL) -> None:
    """Let the server wait for no disk: what it holds is gone after the tests anyway.

    A process that is killed loses nothing by it, a server that is killed neither; only a machine
    without power would. Autovacuum keeps running: statistics are part of how statements behave.
    """
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(setting)))
        connection.execute("select pg_reload_conf()")


@pytest.fixture
def warehouse(server: EmbeddedPostgreSQL) -> Iterator[Database]:
    """Clone the migrated template for one test, and drop the clone."""
    # Forks of a run of mutants share a server, and one that is ended drops nothing.
    name = f"test_{os.getpid()}_{next(_clone_numbers)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        statement = sql.SQL("create database {} template template")
        connection.execute(statement.format(sql.Identifier(name)))
    yield Database(server.dsn(name))
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    """Load the configuration that ships with the product."""
    return load_configuration()


@pytest.fixture
def workspace(warehouse: Database, configuration: Configuration, tmp_path: Path) -> Workspace:
    """Open an empty installation in a temporary folder."""
    return Workspace(
        configuration=configuration,
        warehouse=warehouse,
        enforcement_log=warehouse,
        lake=Lake((tmp_path / "lake").as_uri()),
        exports=(tmp_path / "exports").as_uri(),
        outbox_folder=tmp_path / "outbox",
        pseudonym_key=b"a secret of the tests",
        link_key=b"another secret of the tests",
    )


@pytest.fixture
def worker(workspace: Workspace) -> Iterator[Workspace]:
    """Open the same installation as a process does that closes many days: its connections are kept."""
    kept = KeptConnections()
    warehouse = replace(workspace.warehouse, waits_for_disk=False, kept=kept)
    yield replace(workspace, warehouse=warehouse)
    kept.close()
