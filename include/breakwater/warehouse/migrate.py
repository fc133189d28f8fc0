"""Bring the warehouse's tables to this version: forward only, each file once, in order."""

import hashlib
from pathlib import Path

import breakwater
from breakwater.core.errors import BreakwaterError
from breakwater.warehouse.database import Database, hold

MIGRATIONS = Path(breakwater.__file__).parents[1] / "migrations"


class MigrationError(BreakwaterError):
    """The files and what the warehouse remembers of them do not agree."""


def migrate(warehouse: Database, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, all in one transaction; return the names applied.

    Raises:
        MigrationError: a file that was applied before has changed since.
    """
    applied: list[str] = []
    with warehouse.transaction() as connection:
        hold(connection, "migrate")
        connection.execute("create schema if not exists warehouse")
        connection.execute(
            "create table if not exists warehouse.migration ("
            "name text primary key, sha256 text not null,"
            " applied_at timestamptz not null default current_timestamp)"
        )
        known = {
            row["name"]: row["sha256"]
            for row in connection.execute("select name, sha256 from warehouse.migration")
        }
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
            text = path.read_bytes()
            digest = hashlib.sha256(text).hexdigest()
            if path.name in known:
                if known[path.name] != digest:
                    message = f"{path.name} was applied with other text; add a new file instead"
                    raise MigrationError(message)
                continue
            connection.execute(text)
            connection.execute(
                "insert into warehouse.migration (name, sha256) values (%s, %s)",
                [path.name, digest],
            )
            applied.append(path.name)
    return applied
