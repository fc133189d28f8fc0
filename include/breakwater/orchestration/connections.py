"""The installation as Airflow knows it: databases from connections, folders from the environment."""

import os

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from breakwater.warehouse import link_key, pseudonym_key
from breakwater.warehouse.connections import FeedConnection, NotConnectedError
from breakwater.warehouse.workspace import Workspace, open_workspace

WAREHOUSE_CONNECTION = "warehouse"
ENFORCEMENT_LOG_CONNECTION = "enforcement_log"
PSEUDONYM_KEY_CONNECTION = "pseudonym_key"
LINK_KEY_CONNECTION = "link_key"
_SECRETS = {
    PSEUDONYM_KEY_CONNECTION: pseudonym_key.VARIABLE,
    LINK_KEY_CONNECTION: link_key.VARIABLE,
}


def installation() -> Workspace:
    """Open the installation that the running task works on.

    The databases are the Airflow connections ``warehouse`` and ``enforcement_log``; the passwords of
    ``pseudonym_key`` and ``link_key``, if there are such connections, are those keys; the systems
    that contracts name are connections, too. The lake, the exports and the configuration are the
    environment variables that ``open_workspace`` lists.
    """
    environment = {
        **os.environ,
        "BREAKWATER_WAREHOUSE": dsn_of(Connection.get(WAREHOUSE_CONNECTION)),
        "BREAKWATER_ENFORCEMENT_LOG": dsn_of(Connection.get(ENFORCEMENT_LOG_CONNECTION)),
    }
    for name, variable in _SECRETS.items():
        if secret := _password_of(name):
            environment[variable] = secret
    return open_workspace(environment, feed_connection)


def feed_connection(name: str) -> FeedConnection:
    """Return an Airflow connection as feeds read it.

    Raises:
        NotConnectedError: there is none of that name.
    """
    try:
        found: Connection = Connection.get(name)
    except AirflowNotFoundException as error:
        problem = f"connection {name}: expected it in Airflow; found none"
        raise NotConnectedError((problem,)) from error
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


def _password_of(name: str) -> str | None:
    try:
        password: str | None = Connection.get(name).password
    except AirflowNotFoundException:
        return None
    return password


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
