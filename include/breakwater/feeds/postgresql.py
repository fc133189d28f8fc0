"""The feed of a PostgreSQL database: a query of the contract, read inside one snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row

from breakwater.contracts.source import PostgresqlSource
from breakwater.core.days import Window, utc_instant
from breakwater.feeds.postgresql_values import is_bytes, speak_plainly
from breakwater.feeds.records import END, Cursor, CursorRefusedFault, FeedFault, Part, shown
from breakwater.warehouse.connections import FeedConnection

FIRST_ROWS, MOST_ROWS = 200, 10_000
"""Rows of the first part, and of any."""
BYTES_A_PART = 8 * 1024**2
"""About as much is held at a time: memory grows neither with a day nor with its rows."""
STATEMENT_SECONDS = 600
"""Longest wait for some rows, where neither server, role nor connection sets a limit itself."""
LONGEST_SENTENCE = 300

DEFAULTS: Final[Mapping[str, str]] = {
    "fallback_application_name": "breakwater",
    "connect_timeout": "15",
    # A server that is gone without a word is noticed after two minutes, not after two hours.
    "keepalives_idle": "60",
    "keepalives_interval": "15",
    "keepalives_count": "4",
    "tcp_user_timeout": "120000",
}
NOT_OF_LIBPQ: Final = frozenset({"cursor", "sqlalchemy_scheme", "sqlalchemy_query"})
"""Extras of Airflow's form that say how Airflow itself connects."""
TOKENS: Final = ("iam", "redshift", "redshift-serverless", "azure_conn_id")
"""Extras of the form that ask for a token of a cloud in the place of a password."""
SETTINGS = """
select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'iso_8601', true),
       set_config('statement_timeout',
                  case current_setting('statement_timeout') when '0' then %s
                       else current_setting('statement_timeout') end, true)
"""
PASSING_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE that say nothing about the query: connection, conflict, resources, a lock,
an operator's or a timer's cancellation, the system."""


@dataclass(frozen=True, slots=True)
class PostgresqlFeed:
    """A query that is asked for a window.

    Attributes:
        connection: where the database is; libpq's options are its extras.
        query: a SELECT that names ``%(start)s`` and ``%(end)s``, which are ``timestamptz``.
        values: what else the query names.
    """

    connection: FeedConnection
    query: str
    values: Mapping[str, str] = field(default_factory=dict)

    def parts(self, window: Window, after: Cursor | None) -> Iterator[Part]:
        """Read the rows of a window in one read-only transaction, some megabytes at a time.

        A snapshot ends with its connection: what was read before a kill cannot be gone on from,
        since rows that came or went in between would be missing or be there twice.

        Raises:
            CursorRefusedFault: parts were read before; the day is read from its start.
            FeedFault: transient when the server cannot be reached, goes away or has no time;
                permanent when it refuses the query, or a column cannot be a JSON value.
            ConfigurationError: the connection cannot be one of PostgreSQL.
        """
        if after is not None:
            raise CursorRefusedFault(
                expected="a snapshot of the database that is still open",
                found="a reading that was ended half-way",
            )
        try:
            with self._connect() as connection:
                yield from self._read(connection, window)
        except psycopg.Error as error:
            raise fault_of(error) from error
        except UnicodeDecodeError as error:
            found = "bytes that are not"
            raise FeedFault(transient=False, expected="text in UTF-8", found=found) from error

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        options = libpq_options(self.connection)
        try:
            connection = psycopg.connect(**options, client_encoding="UTF8", row_factory=dict_row)
        except psycopg.ProgrammingError as error:
            # libpq does not know an option: its message names the option, never a value.
            problem = self.connection.expected("options of libpq", str(error).strip())
            raise problem from error
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection

    def _read(
        self, connection: psycopg.Connection[dict[str, Any]], window: Window
    ) -> Iterator[Part]:
        connection.execute(SETTINGS, [f"{STATEMENT_SECONDS}s"])
        speak_plainly(connection)
        parameters = {
            **self.values,
            "start": utc_instant(window.start),
            "end": utc_instant(window.end),
        }
        with connection.cursor(name="breakwater") as cursor:
            cursor.execute(self.query, parameters)
            _check_columns(connection, cursor.description or [])
            count, asked = 0, FIRST_ROWS
            while len(rows := cursor.fetchmany(asked)) == asked:
                count += len(rows)
                yield Part(rows, {"rows": count})
                asked = _rows_to_ask(rows)
            yield Part(rows, END)


def open_feed(source: PostgresqlSource, connection: FeedConnection) -> PostgresqlFeed:
    """Return the feed of a contract's query; nothing is asked yet."""
    return PostgresqlFeed(connection, source.query)


def libpq_options(connection: FeedConnection) -> dict[str, Any]:
    """Spell a connection of Airflow's postgres form as libpq's options.

    Raises:
        ConfigurationError: it is a connection of another kind, names no server, or wants a token.
    """
    if connection.kind not in {"postgres", "postgresql"}:
        problem = connection.expected("a connection of type postgres", connection.kind)
        raise problem
    for name in TOKENS:
        if connection.extra.get(name):
            problem = connection.expected("a password, or a certificate in extra", name)
            raise problem
    fields = {
        "host": connection.host,
        "port": connection.port,
        "user": connection.login,
        "password": connection.password,
        "dbname": connection.schema,
    }
    extra = {
        name: value
        for name, value in connection.extra.items()
        if name not in {*NOT_OF_LIBPQ, *TOKENS, "aws_conn_id", "cluster-identifier"}
    }
    options = {**DEFAULTS, **{k: v for k, v in fields.items() if v is not None}, **extra}
    if not {"host", "hostaddr", "service"} & options.keys():
        problem = connection.expected("a host", connection.host)
        raise problem
    return options


def fault_of(error: psycopg.Error) -> FeedFault:
    """Say what a database refused, and whether asking again can help."""
    state = error.sqlstate
    said = error.diag.message_primary or str(error).strip()
    if state is None:
        # Without a code of the server's: psycopg itself refused the text, or the connection broke.
        transient = isinstance(error, psycopg.OperationalError)
    else:
        transient = state[:2] in PASSING_CLASSES
    return FeedFault(
        transient=transient,
        expected="a database that answers" if transient else "a query that the database accepts",
        found=shown(said, LONGEST_SENTENCE),
    )


def _rows_to_ask(rows: Sequence[Mapping[str, Any]]) -> int:
    """Tell how many more rows of this size are held at a time; some of them speak for all."""
    some = rows[:: max(1, len(rows) // 10)]
    size = sum(len(str(row)) for row in some) / len(some)
    return max(1, min(MOST_ROWS, int(BYTES_A_PART / size)))


def _check_columns(
    connection: psycopg.Connection[dict[str, Any]], columns: list[psycopg.Column]
) -> None:
    names: set[str] = set()
    for column in columns:
        if is_bytes(connection, column.type_code):
            raise FeedFault(
                transient=False,
                expected="columns that are text, numbers, instants or JSON",
                found=f"bytes in column {shown(column.name)}",
            )
        if column.name in names:
            raise FeedFault(
                transient=False,
                expected="columns with names of their own",
                found=f"two named {shown(column.name)}",
            )
        names.add(column.name)
