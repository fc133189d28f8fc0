"""The embedded PostgreSQL is started, joined, ended and started again, in one process."""

import shutil
from pathlib import Path

from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL


def test_a_server_that_was_ended_can_be_started_anew(tmp_path: Path) -> None:
    """First over its own data, then over a folder that was removed: both times it answers."""
    folder = tmp_path / "postgresql"
    with EmbeddedPostgreSQL(folder, keeps_running=True) as server:
        Database(server.ensure_database("kept")).rows("select 1")
    with EmbeddedPostgreSQL(folder, keeps_running=True) as server:
        names = Database(server.dsn()).rows("select datname from pg_database")
        assert "kept" in {row["datname"] for row in names}
    shutil.rmtree(folder)
    with EmbeddedPostgreSQL(folder, keeps_running=True) as server:
        names = Database(server.dsn()).rows("select datname from pg_database")
        assert "kept" not in {row["datname"] for row in names}


def test_a_second_opening_joins_the_server_that_runs(tmp_path: Path) -> None:
    """Two workspaces of one process speak to the same server."""
    folder = tmp_path / "postgresql"
    with EmbeddedPostgreSQL(folder, keeps_running=True) as first:
        first.ensure_database("shared")
        second = EmbeddedPostgreSQL(folder, keeps_running=True)
        assert Database(second.dsn("shared")).rows("select 1 as one") == [{"one": 1}]
