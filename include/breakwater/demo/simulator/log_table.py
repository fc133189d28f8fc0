"""The platform's enforcement log in PostgreSQL: make the table, replace a simulation's own rows."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg import sql

from breakwater.contracts.operations import EnforcementLog
from breakwater.core.days import utc_instant
from breakwater.core.vocabulary import Decision
from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.demand import NUMBERS_A_DAY
from breakwater.demo.simulator.local_clock import spelled
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.names import action_ids, case_ids, item_ids
from breakwater.demo.simulator.platform_log import SOURCES, STATUSES, LogRows
from breakwater.demo.simulator.streams import Flags, Ints
from breakwater.demo.simulator.stretch import Stretch
from breakwater.warehouse.database import Connection

COLUMNS = {
    "action_id": "text primary key",
    "vendor": "text not null",
    "site": "text not null",
    "queue": "text not null",
    "policy": "text not null",
    "language": "text not null",
    "record_key": "text",
    "item_id": "text not null",
    "decision": "text not null",
    "decided_at": "timestamptz not null",
    "enforced_at": "timestamptz",
    "status": "text not null",
    "source": "text not null",
}
"""Settings of `EnforcementLog` that name a column, each with the column's type."""


def _names(settings: EnforcementLog) -> list[sql.Identifier]:
    return [sql.Identifier(getattr(settings, field)) for field in COLUMNS]


def make_table(connection: Connection, settings: EnforcementLog) -> None:
    """Create the schema and the table unless they are there."""
    schema, table = settings.table.split(".")
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(name, sql.SQL(kind))
        for name, kind in zip(_names(settings), COLUMNS.values(), strict=True)
    )
    name = sql.Identifier(schema, table)
    connection.execute(sql.SQL("create table if not exists {} ({})").format(name, columns))
    connection.execute(
        sql.SQL("create index if not exists {} on {} ({}, {})").format(
            sql.Identifier(f"{table}_by_vendor_and_instant"),
            name,
            sql.Identifier(settings.vendor),
            sql.Identifier(settings.decided_at),
        )
    )


def clear_rows(
    connection: Connection, settings: EnforcementLog, model: VendorModel, stretch: Stretch
) -> None:
    """Remove what an earlier simulation of a vendor wrote for the same days.

    That is what was decided in them, and what arrived in them: a case of the first day may have
    been logged just before midnight.
    """
    first, after = stretch.days[0].toordinal(), stretch.days[-1].toordinal() + 1
    numbers = np.array([first, after], np.int64) * NUMBERS_A_DAY
    zero = np.zeros(2, np.int64)
    connection.execute(
        sql.SQL(
            "delete from {table} where {vendor} = %s and (({at} >= %s and {at} < %s)"
            ' or ({name} collate "C" >= %s and {name} collate "C" < %s))'
        ).format(
            table=sql.Identifier(*settings.table.split(".")),
            vendor=sql.Identifier(settings.vendor),
            at=sql.Identifier(settings.decided_at),
            name=sql.Identifier(settings.action_id),
        ),
        [
            model.vendor,
            utc_instant(stretch.written.start),
            utc_instant(stretch.written.end),
            *action_ids(model, numbers, zero, zero).to_pylist(),
        ],
    )


def copy_rows(connection: Connection, settings: EnforcementLog, rows: pa.Table) -> None:
    """Append rows; columns in the order of `COLUMNS`."""
    stream = io.BytesIO()
    pacsv.write_csv(rows, stream, pacsv.WriteOptions(include_header=False))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(*settings.table.split(".")), sql.SQL(", ").join(_names(settings))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(stream.getbuffer())


def log_table(model: VendorModel, closed: Cases, rows: LogRows) -> pa.Table:
    """Spell a vendor-day's rows of the log."""
    number, ordinal = closed.number[rows.case], closed.ordinal[rows.case]
    sites = tuple(crew.site for crew in model.profile.crews)
    reference = pa.array(np.arange(len(rows)), mask=rows.has_reference == 0)
    never = rows.enforced < 0
    return pa.table(
        {
            "action_id": action_ids(model, number, ordinal, rows.copy),
            "vendor": pa.array([model.vendor]).take(pa.array(np.zeros(len(rows), np.int64))),
            "site": _words(sites, closed.crew[rows.case]),
            "queue": _words(model.queues, closed.queue[rows.case]),
            "policy": _words(model.policies, rows.policy),
            "language": _words(model.languages, rows.language),
            "record_key": case_ids(model, number).take(reference),
            "item_id": item_ids(model, number),
            "decision": _words(tuple(Decision), rows.decision),
            "decided_at": _utc(rows.decided, np.zeros(len(rows), np.bool_)),
            "enforced_at": _utc(rows.enforced, never),
            "status": _words(STATUSES, rows.status),
            "source": _words(SOURCES, rows.source),
        }
    )


def _words(labels: Sequence[str], codes: Ints) -> pa.Array:
    return pa.array([str(label) for label in labels]).take(pa.array(codes))


def _utc(instants: Ints, hidden: Flags) -> pa.Array:
    return spelled(instants, "%Y-%m-%d %H:%M:%S", hidden, suffix="+00")
