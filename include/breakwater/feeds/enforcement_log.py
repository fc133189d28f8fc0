"""The platform's own enforcement log: one vendor's slice, copied out of PostgreSQL as a stream."""

import gzip
from io import BufferedWriter
from pathlib import Path

from psycopg import sql

from breakwater.contracts.operations import EnforcementLog
from breakwater.core.days import Window
from breakwater.warehouse.database import Database

TEXTS = (
    "action_id",
    "site",
    "queue",
    "policy",
    "language",
    "record_key",
    "item_id",
    "decision",
    "status",
    "source",
)
OPTIONAL = ("handle_seconds", "score", "agent")
"""What few logs keep: selected where the settings name their columns."""
INSTANTS = ("decided_at", "enforced_at")
PACKED_BYTES = 65_536
"""So much of a slice is packed at a time."""


def copy_slice(
    log: Database, settings: EnforcementLog, vendor: str, window: Window, target: Path
) -> int:
    """Write one vendor's actions decided in a window as gzip CSV; return how many.

    The server selects, orders and spells; rows pass through without being held, so memory does not
    grow with the slice. Instants are UTC seconds. Equal rows give equal bytes.

    Raises:
        psycopg.Error: the log could not be reached or is not as its settings say.
    """
    with (
        log.transaction() as connection,
        target.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as packed,
        # The server hands over row by row; to pack each alone takes longer than to select it.
        BufferedWriter(packed, PACKED_BYTES) as stream,
        connection.cursor() as cursor,
    ):
        connection.execute("set transaction isolation level repeatable read read only")
        with cursor.copy(_statement(settings, vendor, window)) as copy:
            for block in copy:
                stream.write(block)
        return cursor.rowcount


def _statement(settings: EnforcementLog, vendor: str, window: Window) -> sql.Composed:
    columns = [
        sql.SQL("{}::text as {}").format(sql.Identifier(getattr(settings, name)), _named(name))
        for name in (*TEXTS, *(each for each in OPTIONAL if getattr(settings, each)))
    ]
    columns += [
        # An infinite instant has no seconds; the log uses it for "never".
        sql.SQL(
            "case when isfinite({0}) then floor(extract(epoch from {0}))::bigint end as {1}"
        ).format(sql.Identifier(getattr(settings, name)), _named(name))
        for name in INSTANTS
    ]
    return sql.SQL(
        "copy (select {columns} from {table} where {vendor} = {slug}"
        " and {decided_at} >= to_timestamp({start}) and {decided_at} < to_timestamp({end})"
        ' order by {action_id}::text collate "C") to stdout (format csv, header true)'
    ).format(
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier(*settings.table.split(".")),
        vendor=sql.Identifier(settings.vendor),
        slug=sql.Literal(vendor),
        decided_at=sql.Identifier(settings.decided_at),
        action_id=sql.Identifier(settings.action_id),
        start=sql.Literal(window.start),
        end=sql.Literal(window.end),
    )


def _named(name: str) -> sql.Identifier:
    return sql.Identifier(name)
