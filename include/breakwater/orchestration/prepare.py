"""Bring both databases to this version, and make what Airflow needs to know beforehand.

``python -m breakwater.orchestration.prepare``: safe to run again, and the first thing an
installation does after an upgrade. The same program serves a laptop and docker-compose.
"""

import os

from airflow.cli import cli_parser
from airflow.sdk import Connection

from breakwater.orchestration.connections import WAREHOUSE_CONNECTION, dsn_of
from breakwater.orchestration.pools import POOLS
from breakwater.warehouse.database import Database
from breakwater.warehouse.migrate import migrate

ADMIN_PASSWORD = "BREAKWATER_ADMIN_PASSWORD"  # noqa: S105  the name of a variable


def main() -> None:
    """Prepare the installation that the environment describes."""
    _airflow("db", "migrate")
    if password := os.environ.get(ADMIN_PASSWORD):
        _create_administrator(password)
    for pool, (slots, description) in POOLS.items():
        _airflow("pools", "set", pool, str(slots), description)
    applied = migrate(Database(dsn_of(Connection.get(WAREHOUSE_CONNECTION))))
    print(f"warehouse: {len(applied)} migrations applied")  # noqa: T201  a program's one line


def _create_administrator(password: str) -> None:
    """Make the first user, who lets the others in; left alone when there is one already."""
    name = ("--username", "admin", "--firstname", "Breakwater", "--lastname", "Administrator")
    mail = ("--email", "admin@breakwater.invalid")
    _airflow("users", "create", "--role", "Admin", *name, *mail, "--password", password)


def _airflow(*words: str) -> None:
    """Run a command of Airflow's own in this process: each start of Python costs seconds."""
    arguments = cli_parser.get_parser().parse_args(words)
    arguments.func(arguments)


if __name__ == "__main__":
    main()
