"""The installation as Airflow knows it: databases from connections, folders from the environment."""

import os

from airflow.sdk import Connection
from psycopg.conninfo import make_conninfo

from breakwater.warehouse.workspace import Workspace, open_workspace

WAREHOUSE_CONNECTION = "warehouse"
ENFORCEMENT_LOG_CONNECTION = "enforcement_log"


def installation() -> Workspace:
    """Open the installation that the running task works on.

    The databases are the Airflow connections ``warehouse`` and ``enforcement_log``; the lake, the
    exports and the configuration are the environment variables that ``open_workspace`` lists.
    """
    return open_workspace(
        {
            **os.environ,
            "BREAKWATER_WAREHOUSE": dsn_of(Connection.get(WAREHOUSE_CONNECTION)),
            "BREAKWATER_ENFORCEMENT_LOG": dsn_of(Connection.get(ENFORCEMENT_LOG_CONNECTION)),
        }
    )


def dsn_of(connection: Connection) -> str:
    """Spell an Airflow connection as libpq reads it; extras are libpq's own options."""
    parts = {
        "host": connection.host,
        "port": connection.port,
        "dbname": connection.schema,
        "user": connection.login,
        "password": connection.password,
        **connection.extra_dejson,
    }
    return make_conninfo("", **{name: value for name, value in parts.items() if value})
