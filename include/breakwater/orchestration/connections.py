"""The installation as Airflow knows it: databases from connections, folders from the environment."""

import os

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from breakwater.core.errors import ConfigurationError
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.workspace import Workspace, open_workspace

WAREHOUSE_CONNECTION = "warehouse"
ENFORCEMENT_LOG_CONNECTION = "enforcement_log"
PSEUDONYM_KEY_CONNECTION = "pseudonym_key"


def installation() -> Workspace:
    """Open the installation that the running task works on.

    The databases are the Airflow connections ``warehouse`` and ``enforcement_log``; the password of
    ``pseudonym_key``, if there is such a connection, is that key; the systems that contracts name
    are connections, too. The lake, the exports and the configuration are the environment variables
    that ``open_workspace`` lists.
    """
    environment = {
        **os.environ,
        "BREAKWATER_WAREHOUSE": dsn_of(Connection.get(WAREHOUSE_CONNECTION)),
        "BREAKWATER_ENFORCEMENT_LOG": dsn_of(Connection.get(ENFORCEMENT_LOG_CONNECTION)),
    }
    if key := _pseudonym_key():
        environment["BREAKWATER_PSEUDONYM_KEY"] = key
    return open_workspace(environment, feed_connection)


def feed_connection(name: str) -> FeedConnection:
    """Return an Airflow connection as feeds read it.

    Raises:
        ConfigurationError: there is none of that name.
    """
    try:
        found: Connection = Connection.get(name)
    except AirflowNotFoundException as error:
        problem = f"connection {name}: expected it in Airflow; found none"
        raise ConfigurationError((problem,)) from error
    return FeedConnection(
        name=name,
        kind=found.conn_type or "",
        host=found.host,
        port=found.port,
        login=found.login,
        password=found.password,
        schema=found.schema,
        extra=found.extra_dejson,
    )


def _pseudonym_key() -> str | None:
    try:
        key: str | None = Connection.get(PSEUDONYM_KEY_CONNECTION).password
    except AirflowNotFoundException:
        return None
    return key


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
