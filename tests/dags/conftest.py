"""Dags as Airflow loads them, and one installation for each run."""

import json
import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import airflow_home  # noqa: F401  before anything imports Airflow
import pytest
from one_day import fresh_dagbag
from psycopg.conninfo import conninfo_to_dict

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.warehouse.workspace import Workspace, open_workspace

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.dag_processing.dagbag import DagBag


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts or imports Airflow."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.airflow)


@pytest.fixture(scope="session")
def dagbag() -> "DagBag":
    """Load the Dags once, for tests that only look."""
    return fresh_dagbag()


@pytest.fixture(scope="session")
def metadata() -> None:
    """Make Airflow's own database."""
    from airflow.utils import db

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own migrations, not ours to mend
        db.initdb()


@pytest.fixture(scope="session")
def recent_day() -> date:
    """Return a day that still concerns people, and whose every delivery deadline has passed."""
    now = datetime.now(UTC)  # noqa: TID251  the Dag reads the clock as well
    return operational_day_of(utc_seconds(now), ZoneInfo("Asia/Singapore")) - timedelta(days=2)


@pytest.fixture
def installation(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Tell Airflow where everything is, as an operator does."""
    parts = conninfo_to_dict(workspace.warehouse.dsn)
    fields = {"host": parts["host"], "login": parts["user"], "schema": parts["dbname"]}
    connection = json.dumps({"conn_type": "postgres", **fields})
    environment = {
        "AIRFLOW_CONN_WAREHOUSE": connection,
        "AIRFLOW_CONN_ENFORCEMENT_LOG": connection,
        "BREAKWATER_HOME": str(tmp_path),
        "BREAKWATER_WAREHOUSE": workspace.warehouse.dsn,
        "BREAKWATER_PSEUDONYM_KEY": "a secret of the tests",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return open_workspace(environment)
