"""Rows are replaced as a whole; hostile text comes back as itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from breakwater.warehouse.database import Connection, Database, KeptConnections, replace_rows

HOSTILE = ["\\N", '"', "a,b", "line\nbreak", "'; drop table x; --", "{{ 7*7 }}", "=1+1", ""]


@pytest.fixture
def table(warehouse: Database) -> Database:
    """Make a table with every kind of column that answers have."""
    with warehouse.transaction() as tx:
        tx.execute(
            "create table public.answer (day date, vendor text, note text, n bigint,"
            " share double precision, ok boolean, words text[], detail jsonb)"
        )
    return warehouse


COLUMNS = ["note", "n", "share", "ok", "words", "detail"]


def test_values_come_back_as_they_went_in(table: Database) -> None:
    """Text that looks like NULL, CSV or SQL is text."""
    rows = [(text, 7, 0.1, True, [text, "x"], {"k": text}) for text in HOSTILE]
    rows.append((None, None, None, None, None, None))
    key = {"day": "2026-11-22", "vendor": "a"}
    with table.transaction() as tx:
        assert replace_rows(tx, "public.answer", key, COLUMNS, rows) == len(rows)
    found = table.rows("select note, n, share, ok, words, detail from public.answer")
    assert [tuple(row.values()) for row in found] == rows


def test_rows_of_plain_values_come_back_as_they_went_in(table: Database) -> None:
    """Such rows are spelled all at once, but for those that hold a quotation mark or NULL."""
    rows = [(text, 7, 0.1, True) for text in (*HOSTILE, 'a "b"', "None", '","')]
    rows += [(None, -1, 1e300, False), ("", 0, 5e-324, True), ("x", None, None, None)]
    key = {"day": date(2026, 11, 22), "vendor": "a"}
    with table.transaction() as tx:
        assert replace_rows(tx, "public.answer", key, COLUMNS[:4], rows) == len(rows)
    found = table.rows("select note, n, share, ok from public.answer")
    assert [tuple(row.values()) for row in found] == rows


def test_only_the_named_partition_is_replaced(table: Database) -> None:
    """A neighbour's rows stay."""
    with table.transaction() as tx:
        for vendor in ("a", "b"):
            key = {"day": "2026-11-22", "vendor": vendor}
            replace_rows(tx, "public.answer", key, ["n"], [(1,), (2,)])
        replace_rows(tx, "public.answer", {"day": "2026-11-22", "vendor": "a"}, ["n"], [(3,)])
    found = table.rows("select vendor, n from public.answer order by vendor, n")
    assert [(row["vendor"], row["n"]) for row in found] == [("a", 3), ("b", 1), ("b", 2)]


def test_a_value_of_the_wrong_type_is_refused_and_nothing_changes(table: Database) -> None:
    """A fraction never slips into a whole-number column."""
    key = {"day": "2026-11-22", "vendor": "a"}
    with table.transaction() as tx:
        replace_rows(tx, "public.answer", key, ["n"], [(1,)])
    with pytest.raises(psycopg.errors.InvalidTextRepresentation), table.transaction() as tx:
        replace_rows(tx, "public.answer", key, ["n"], [(0.5,)])
    assert [row["n"] for row in table.rows("select n from public.answer")] == [1]


def test_many_rows_go_in_chunks(table: Database) -> None:
    """More rows than one chunk holds arrive complete."""
    key = {"day": "2026-11-22", "vendor": "a"}
    with table.transaction() as tx:
        count = replace_rows(tx, "public.answer", key, ["n"], ((n,) for n in range(12_345)))
    assert count == 12_345
    found = table.rows("select cast(sum(n) as bigint) as total from public.answer")
    assert found[0]["total"] == 12_345 * 12_344 // 2


@pytest.fixture
def keeping(table: Database) -> Iterator[Database]:
    """Keep connections, as the workers of a range do."""
    kept = KeptConnections()
    yield replace(table, waits_for_disk=False, kept=kept)
    kept.close()


def _backend(connection: Connection) -> int:
    return connection.info.backend_pid


def test_a_kept_connection_serves_the_next_transaction(keeping: Database) -> None:
    """What one wrote is committed before the next begins; one inside another has its own."""
    with keeping.transaction() as one:
        one.execute("insert into public.answer (n) values (1)")
        with keeping.transaction() as inner:
            assert _backend(inner) != _backend(one)
            assert inner.execute("select n from public.answer").fetchall() == []
    with keeping.transaction() as other:
        assert _backend(other) == _backend(one)
        assert other.execute("select n from public.answer").fetchall() == [{"n": 1}]
        (setting,) = other.execute("show synchronous_commit").fetchall()
        assert setting == {"synchronous_commit": "off"}


def test_what_failed_is_taken_back_and_its_connection_not_kept(keeping: Database) -> None:
    """Nothing of a failed transaction is seen by the next."""
    opened = []

    def fail() -> None:
        with keeping.transaction() as failed:
            opened.append(failed)
            failed.execute("insert into public.answer (n) values (1)")
            failed.execute("select 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        fail()
    assert opened[0].closed
    assert keeping.rows("select n from public.answer") == []


def test_a_connection_that_the_server_ended_is_replaced(keeping: Database) -> None:
    """A server that was started anew, or that ends idle connections, stops nobody."""
    with keeping.transaction() as ended:
        pid = _backend(ended)
    other = replace(keeping, kept=None)
    assert other.rows("select pg_terminate_backend(%s, 5000) as done", [pid]) == [{"done": True}]
    with keeping.transaction() as again:
        assert _backend(again) != pid
