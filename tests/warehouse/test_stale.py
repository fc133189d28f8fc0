"""Marks of closed days whose input changed: set once, kept until what set them is closed."""

from datetime import UTC, date, datetime, timedelta

from breakwater.warehouse.database import Connection, Database
from breakwater.warehouse.stale import clear_stale, mark_stale, stale_days

NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)
CLOSED = date(2026, 11, 3)
OPEN = date(2026, 11, 4)


def closed(connection: Connection, day: date = CLOSED) -> None:
    """Remember a day as closed."""
    connection.execute(
        "insert into measure.day_close values (%s, '{acme}', '{acme}', '{}', '', %s)", [day, NOW]
    )


def test_only_a_day_that_was_closed_can_be_stale(warehouse: Database) -> None:
    """A day that is not closed yet will read what is there by then."""
    with warehouse.transaction() as connection:
        closed(connection)
        assert mark_stale(connection, "acme", [OPEN, CLOSED], "late records", NOW) == (CLOSED,)
        (mark,) = stale_days(connection)
    assert (mark.day, mark.vendor, mark.reason, mark.marked_at) == (
        CLOSED,
        "acme",
        "late records",
        NOW,
    )


def test_a_second_mark_adds_its_reason_once(warehouse: Database) -> None:
    """Every distinct reason since the closing is told, none twice."""
    with warehouse.transaction() as connection:
        closed(connection)
        for reason in ("late records", "a neighbour borrowed", "late records"):
            mark_stale(connection, "acme", [CLOSED], reason, NOW)
        (mark,) = stale_days(connection)
    assert mark.reason == "late records; a neighbour borrowed"


def test_a_mark_set_while_the_day_is_closed_again_is_not_taken_away(warehouse: Database) -> None:
    """Even one with the same instant: what set it came after the reading."""
    with warehouse.transaction() as connection:
        closed(connection)
        mark_stale(connection, "acme", [CLOSED], "late records", NOW)
        mark_stale(connection, "other", [CLOSED], "late records", NOW)
        read = stale_days(connection)
        mark_stale(connection, "acme", [CLOSED], "late records", NOW - timedelta(seconds=30))
        assert clear_stale(connection, read) == 1
        assert [mark.vendor for mark in stale_days(connection)] == ["acme"]
        assert clear_stale(connection, stale_days(connection, "acme")) == 1
        assert stale_days(connection) == []


def test_marking_waits_for_a_closing_that_is_under_way(warehouse: Database) -> None:
    """It holds the lock that the closing holds, so that none slips between reading and writing."""
    with warehouse.transaction() as connection:
        mark_stale(connection, "acme", [OPEN], "late records", NOW)
        with warehouse.transaction() as other:
            query = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)) as is_free"
            free = other.execute(query, [f"close/{OPEN.isoformat()}"]).fetchone()
    assert free == {"is_free": False}
