"""An installation for one set of real data: its configuration, a database of its own, a log of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg import sql

from breakwater.contracts.loading import load_configuration
from breakwater.warehouse.database import Database, KeptConnections
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.lake import Lake, current_version, delivered_with
from breakwater.warehouse.workspace import Workspace

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CONFIGURATIONS = Path(__file__).parent
KEY = b"a secret of the tests"

ENFORCEMENT_LOG = (
    "create table platform.enforcement_log (action_id text primary key, vendor text, site text,"
    " queue text, policy text, language text, vendor_reference text, item_id text, decision text,"
    " decided_at timestamptz, enforced_at timestamptz, status text default 'executed',"
    " source text default 'review')"
)


@contextmanager
def installation(
    server: EmbeddedPostgreSQL, name: str, folder: Path, configuration: Path | None = None
) -> Iterator[Workspace]:
    """Open an empty installation; its configuration is ``tests/real/<name>`` or another folder.

    As a process does that closes a range: it keeps its connection from day to day.
    """
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        statement = sql.SQL("create database {} template template")
        connection.execute(statement.format(sql.Identifier(name)))
    database = Database(server.dsn(name))
    with database.transaction() as connection:
        connection.execute("create schema platform")
        connection.execute(ENFORCEMENT_LOG.encode())
    kept = KeptConnections()
    try:
        yield Workspace(
            configuration=load_configuration(configuration or CONFIGURATIONS / name),
            warehouse=replace(database, waits_for_disk=False, kept=kept),
            enforcement_log=database,
            lake=Lake((folder / "lake").as_uri()),
            exports=(folder / "exports").as_uri(),
            outbox_folder=folder / "outbox",
            pseudonym_key=KEY,
        )
    finally:
        kept.close()
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            statement = sql.SQL("drop database {} with (force)")
            connection.execute(statement.format(sql.Identifier(name)))


def delivered_rows(workspace: Workspace, vendor: str, day: date) -> list[dict[str, Any]]:
    """Read every row of `case_event` that the export of a day brought, of whatever day it is."""
    with workspace.warehouse.transaction() as connection:
        parts = delivered_with(connection, "case_delivery", day, vendor)
        versions = [current_version(connection, part) for part in parts]
    lake = Path(workspace.lake.uri.removeprefix("file://"))
    files = [lake / version.path for version in versions if version is not None]
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def show(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Print a figure of the run where people see it."""
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201  that is what it is for


def exports_of(workspace: Workspace, vendor: str) -> Path:
    """Make and return a vendor's folder."""
    folder = Path(workspace.exports.removeprefix("file://")) / vendor
    folder.mkdir(parents=True, exist_ok=True)
    return folder
