"""One PostgreSQL database: connections, transactions, atomic replacement of rows."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Connection = psycopg.Connection[dict[str, Any]]
Key = Mapping[str, object]

_PLAIN = frozenset((str, int, float, bool, date, datetime))
"""Types whose values `str` spells as COPY reads them."""


class KeptConnections:
    """Connections of one process between two transactions.

    For a process that does many small ones: the server starts a process of its own for each
    connection, which takes longer than most of what is asked of it.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._idle: list[Connection] = []

    def take(self) -> Connection | None:
        """Hand the one over that was put back last; None when there is none."""
        return self._idle.pop() if self._idle else None

    def put_back(self, connection: Connection) -> None:
        """Keep a connection whose transaction is over."""
        self._idle.append(connection)

    def close(self) -> None:
        """End all that wait."""
        while (connection := self.take()) is not None:
            connection.close()


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database by its connection string.

    Attributes:
        dsn: the connection string.
        waits_for_disk: whether a commit returns only once it would outlive a power cut. Without,
            the last moments before one may be lost, as a whole: what is there is consistent.
        kept: where connections wait for the next transaction; without, each has a new one.
    """

    dsn: str
    waits_for_disk: bool = True
    kept: KeptConnections | None = field(default=None, compare=False, repr=False)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a connection whose work is committed as a whole, or not at all."""
        if self.kept is None:
            with psycopg.connect(self.dsn, row_factory=dict_row) as connection:
                self._begin(connection)
                yield connection
            return
        connection = self._taken_up(self.kept)
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.close()  # which takes back what was begun
            raise
        self.kept.put_back(connection)

    def _begin(self, connection: Connection) -> None:
        if not self.waits_for_disk:
            connection.execute("set local synchronous_commit to off")
        elif self.kept is not None:
            connection.execute("select 1")  # whether it still answers

    def _taken_up(self, kept: KeptConnections) -> Connection:
        """Return a kept connection that still answers, or a new one."""
        while (connection := kept.take()) is not None:
            try:
                self._begin(connection)
            except psycopg.OperationalError:
                connection.close()  # the server ended it meanwhile
            else:
                return connection
        # Plans are made for each run: tables that grow by a range would outgrow a plan that is kept.
        connection = psycopg.connect(self.dsn, row_factory=dict_row, prepare_threshold=None)
        self._begin(connection)
        return connection

    def rows(self, query: LiteralString, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Read rows in a transaction of their own."""
        with self.transaction() as connection:
            return connection.execute(query, parameters).fetchall()


def hold(connection: Connection, *names: object) -> None:
    """Wait for, then keep until commit, the advisory lock of a name.

    Tasks that own the same partition take it first, so that two of them at the same time give
    what one after the other would.
    """
    name = "/".join(str(part) for part in names)
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def replace_rows(
    connection: Connection,
    table: str,
    key: Key,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> int:
    """Replace the rows of one partition of a table by others.

    Args:
        connection: the open transaction.
        table: ``schema.table``.
        key: columns and values that name the partition; written into every row.
        columns: the other columns, in the order of each row.
        rows: values; mappings and lists become JSON, None becomes NULL.

    Returns:
        How many rows were written.

    COPY in CSV form is used because it refuses a value of the wrong type; binary bulk loaders
    were seen to store a DOUBLE into a BIGINT column silently wrong.
    """
    identifier = sql.Identifier(*table.split("."))
    where = sql.SQL(" and ").join(
        sql.SQL("{} is not distinct from %s").format(sql.Identifier(column)) for column in key
    )
    connection.execute(
        sql.SQL("delete from {} where {}").format(identifier, where), list(key.values())
    )
    names = sql.SQL(", ").join(sql.Identifier(column) for column in (*key, *columns))
    prefix = list(key.values())
    count = 0
    statement = sql.SQL("copy {} ({}) from stdin (format csv, null '\\N')").format(
        identifier, names
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in _chunks(rows):
            copy.write("".join(_csv_line((*prefix, *row)) for row in chunk))
            count += len(chunk)
    return count


def _chunks(
    rows: Iterable[Sequence[object]], size: int = 5_000
) -> Iterator[list[Sequence[object]]]:
    chunk: list[Sequence[object]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _csv_line(row: Sequence[object]) -> str:
    """Spell a row. Most hold plain values and no quotation mark: they are spelled all at once."""
    if _PLAIN.issuperset(map(type, row)):
        line = '"' + '","'.join(map(str, row)) + '"\n'
        if line.count('"') == 2 * len(row):
            return line
    return ",".join(map(_csv_value, row)) + "\n"


def _csv_value(value: object) -> str:
    """Spell a value so that COPY reads it back as itself.

    Every value is quoted and only NULL is not, so that a vendor's text can never be read as NULL.
    """
    if value is None:
        return r"\N"
    if type(value) in _PLAIN:
        text = str(value)
    elif isinstance(value, Mapping):
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    elif isinstance(value, (list, tuple)):
        text = _array_literal(value)
    else:
        text = str(value)
    return '"' + text.replace('"', '""') + '"'


def _array_literal(values: Sequence[object]) -> str:
    """Spell a one-dimensional array of text as PostgreSQL writes it."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
