"""What tests of database feeds need: a connection to a test's own database, and all of its records."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from breakwater.core.days import Window
from breakwater.feeds.postgresql import PostgresqlFeed
from breakwater.feeds.records import END
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.database import Database


def connection_to(database: Database, **changes: Any) -> FeedConnection:  # noqa: ANN401  fields of a connection
    """Spell a database as a connection of Airflow's postgres form."""
    options = conninfo_to_dict(database.dsn)
    port = options.get("port")
    connection = FeedConnection(
        name="vendor_database",
        kind="postgres",
        host=str(options["host"]),
        port=None if port is None else int(port),
        login=str(options["user"]),
        schema=str(options["dbname"]),
    )
    return dataclasses.replace(connection, **changes)


def records_of(feed: PostgresqlFeed, window: Window) -> list[Mapping[str, Any]]:
    """Read a window to its end; what is read must be JSON as it stands."""
    parts = list(feed.parts(window, None))
    assert parts[-1].cursor == END
    assert all(part.cursor != END for part in parts[:-1])
    records = [record for part in parts for record in part.records]
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    return records


def values_of(records: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Read one column."""
    return [record[name] for record in records]
