"""The installation as a task sees it: databases and keys from connections."""

import json
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.database import Database

KEY = "a secret that Airflow keeps"


@pytest.fixture
def databases(warehouse: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name both databases as connections, and a key in the environment."""
    parts = conninfo_to_dict(warehouse.dsn)
    fields = {"host": parts["host"], "login": parts["user"], "schema": parts["dbname"]}
    connection = json.dumps({"conn_type": "postgres", **fields})
    for name in ("WAREHOUSE", "ENFORCEMENT_LOG"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", connection)
    monkeypatch.setenv("BREAKWATER_HOME", str(tmp_path))
    monkeypatch.setenv("BREAKWATER_PSEUDONYM_KEY", "the environment's secret")


@pytest.mark.usefixtures("databases")
def test_the_keys_come_from_their_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Airflow keeps secrets, these are kept there, too; they are shown nowhere."""
    from breakwater.orchestration.connections import installation

    connection = json.dumps({"conn_type": "generic", "password": KEY})
    monkeypatch.setenv("AIRFLOW_CONN_PSEUDONYM_KEY", connection)
    signs = json.dumps({"conn_type": "generic", "password": KEY[::-1]})
    monkeypatch.setenv("AIRFLOW_CONN_LINK_KEY", signs)
    workspace = installation()
    assert workspace.pseudonym_key == KEY.encode()
    assert workspace.link_key == KEY[::-1].encode()
    assert KEY not in repr(workspace)


@pytest.mark.usefixtures("databases")
def test_without_that_connection_it_is_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection, or one without a password."""
    from breakwater.orchestration.connections import installation

    assert installation().pseudonym_key == b"the environment's secret"
    monkeypatch.setenv("AIRFLOW_CONN_PSEUDONYM_KEY", json.dumps({"conn_type": "generic"}))
    assert installation().pseudonym_key == b"the environment's secret"


@pytest.mark.usefixtures("databases")
def test_a_key_that_is_too_short_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not printed."""
    from breakwater.orchestration.connections import installation

    connection = json.dumps({"conn_type": "generic", "password": "short"})
    monkeypatch.setenv("AIRFLOW_CONN_PSEUDONYM_KEY", connection)
    with pytest.raises(ConfigurationError, match="at least 16 characters") as refused:
        installation()
    assert "short" not in str(refused.value)
