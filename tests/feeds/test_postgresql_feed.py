"""The feed of a PostgreSQL database, on a real one."""

import socket
import subprocess
import sys
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from feed_databases import connection_to, records_of, values_of

from breakwater.contracts.source import PostgresqlSource
from breakwater.core.days import Window
from breakwater.core.errors import ConfigurationError
from breakwater.feeds.postgresql import (
    BYTES_A_PART,
    MOST_ROWS,
    PostgresqlFeed,
    libpq_options,
    open_feed,
)
from breakwater.feeds.records import CursorRefusedFault, FeedFault
from breakwater.warehouse.connections import connections_of
from breakwater.warehouse.database import Database

RIGA = ZoneInfo("Europe/Riga")
WINDOW = Window.for_operational_day(date(2026, 11, 3), RIGA)
BETWEEN = "at >= %(start)s and at < %(end)s"
SECRET = "very secret"  # noqa: S105  of no server


def feed_of(database: Database, query: str) -> PostgresqlFeed:
    """Open the feed of a contract's query."""
    source = PostgresqlSource(
        kind="postgresql", connection="vendor_database", query=query.replace("{}", BETWEEN)
    )
    return open_feed(source, connection_to(database))


def one_value(database: Database, expression: str) -> object:
    """Read one SQL expression through the feed."""
    query = f"select {expression} as value where %(start)s < %(end)s"
    return records_of(feed_of(database, query), WINDOW)[0]["value"]


def fault_from(feed: PostgresqlFeed) -> FeedFault:
    """Return what a feed refuses to give."""
    with pytest.raises(FeedFault) as caught:
        list(feed.parts(WINDOW, None))
    return caught.value


@pytest.fixture
def decisions(warehouse: Database) -> Database:
    """Make a vendor's table with a decision on each side of both edges of a day in Riga."""
    with warehouse.transaction() as connection:
        connection.execute("create table decision (id text, at timestamptz)")
        connection.execute(
            "insert into decision values ('before', '2026-11-02 23:59:59.999999+02'),"
            " ('first', '2026-11-03 00:00:00+02'), ('last', '2026-11-03 23:59:59.999999+02'),"
            " ('after', '2026-11-04 00:00:00+02')"
        )
    return warehouse


@pytest.fixture
def unused_port() -> int:
    """Find a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestWindow:
    """Which records belong to a day."""

    def test_the_first_instant_of_a_day_belongs_to_it_and_the_first_of_the_next_does_not(
        self, decisions: Database
    ) -> None:
        """Half open, at the last microsecond."""
        feed = feed_of(decisions, "select id, at from decision where {} order by at")
        records = records_of(feed, WINDOW)
        assert values_of(records, "id") == ["first", "last"]
        assert values_of(records, "at") == [
            "2026-11-02T22:00:00.000000+00:00",
            "2026-11-03T21:59:59.999999+00:00",
        ]

    def test_a_day_on_which_clocks_change_has_the_hours_that_it_has(
        self, decisions: Database
    ) -> None:
        """Riga's 25 October 2026 has 25 hours."""
        window = Window.for_operational_day(date(2026, 10, 25), RIGA)
        query = "select extract(epoch from %(end)s - %(start)s)::int / 3600 as hours"
        assert records_of(feed_of(decisions, query), window) == [{"hours": 25}]

    def test_a_day_without_records_ends_at_once(self, decisions: Database) -> None:
        """An empty last part is still a last part."""
        feed = feed_of(decisions, "select id from decision where {} and id = 'none'")
        assert records_of(feed, WINDOW) == []

    def test_a_percent_sign_of_a_query_is_written_twice(self, decisions: Database) -> None:
        """As in every query with parameters."""
        feed = feed_of(decisions, "select id from decision where {} and id like 'f%%'")
        assert records_of(feed, WINDOW) == [{"id": "first"}]
        fault = fault_from(feed_of(decisions, "select id from decision where {} and id like 'f%'"))
        assert not fault.transient
        assert "placeholder" in fault.found

    def test_rows_that_come_while_a_day_is_read_are_not_in_it(self, decisions: Database) -> None:
        """One snapshot from the first part to the last, so that a day is one state."""
        query = (
            "select n from generate_series(1, 4000) n where %(start)s < %(end)s"
            " union all select -1 from decision where id = 'late'"
        )
        parts = feed_of(decisions, query).parts(WINDOW, None)
        first = next(parts)
        with decisions.transaction() as connection:
            connection.execute("insert into decision values ('late', now())")
        rest = [record for part in parts for record in part.records]
        assert len(first.records) + len(rest) == 4000

    def test_a_function_of_the_query_sees_the_same_state_as_the_query(
        self, decisions: Database
    ) -> None:
        """A statement of its own inside it would otherwise see what came meanwhile."""
        with decisions.transaction() as connection:
            connection.execute(
                "create function decisions_now() returns bigint language plpgsql volatile"
                " as 'begin return (select count(*) from decision); end'"
            )
        query = (
            "select decisions_now() as n from generate_series(1, 4000) where %(start)s < %(end)s"
        )
        parts = feed_of(decisions, query).parts(WINDOW, None)
        next(parts)
        with decisions.transaction() as connection:
            connection.execute("insert into decision values ('late', now())")
        rest = [record["n"] for part in parts for record in part.records]
        assert set(rest) == {4}

    def test_a_reading_that_was_ended_half_way_starts_anew(self, decisions: Database) -> None:
        """A snapshot cannot be gone on from."""
        feed = feed_of(decisions, "select id from decision where {}")
        with pytest.raises(CursorRefusedFault, match="snapshot"):
            next(feed.parts(WINDOW, {"rows": 200}))


class TestValues:
    """What becomes of each type."""

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("null::text", None),
            ("true", True),
            ("9223372036854775807", 9223372036854775807),
            ("0.1::float8", 0.1),
            ("'NaN'::float8", "NaN"),
            ("'-infinity'::float4", "-Infinity"),
            ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
            ("1.10::numeric(5, 2)", "1.10"),
            ("'NaN'::numeric", "NaN"),
            ("'Zoë ' || chr(9786)", "Zoë ☺"),
            ("timestamptz '2026-11-03 10:00:00.5+05:30'", "2026-11-03T04:30:00.500000+00:00"),
            ("timestamptz 'infinity'", None),
            ("timestamptz '-infinity'", None),
            ("timestamptz '0044-03-15 00:00+00 BC'", "0044-03-15 00:00:00+00 BC"),
            ("timestamp '2026-11-03 10:00'", "2026-11-03T10:00:00.000000"),
            ("date '2026-11-03'", "2026-11-03"),
            ("date 'infinity'", None),
            ("interval '1 day 02:03'", "P1DT2H3M"),
            (
                "uuid '1c1f54da-95c7-38ed-6293-997c73ab8354'",
                "1c1f54da-95c7-38ed-6293-997c73ab8354",
            ),
            ("inet '10.0.0.1/8'", "10.0.0.1/8"),
            ("int4range(1, 5)", "[1,5)"),
            ("row(1, 'a')", "(1,a)"),
            ("array[1, null, 3]", [1, None, 3]),
            ("array['a', 'b,c']", ["a", "b,c"]),
            ("array[1.50, 2]", ["1.50", "2"]),
            ("array[timestamptz '2026-11-03 00:00+00']", ["2026-11-03T00:00:00.000000+00:00"]),
            ("array['{\"a\": [1]}'::jsonb]", [{"a": [1]}]),
            ('\'{"a": {"b": [1, null, true, "x"]}}\'::jsonb', {"a": {"b": [1, None, True, "x"]}}),
            ("'0.1234567890123456789'::jsonb", "0.1234567890123456789"),
            ("repeat('9', 5000)::jsonb", "9" * 5000),
            ("(repeat('[', 5000) || repeat(']', 5000))::json", "[" * 5000 + "]" * 5000),
        ],
    )
    def test_every_type_is_plain_json_without_loss(
        self, warehouse: Database, expression: str, value: object
    ) -> None:
        """Nothing is rounded, shifted or dropped."""
        read = one_value(warehouse, expression)
        assert read == value
        assert type(read) is type(value)

    def test_an_instant_does_not_depend_on_the_settings_of_a_database(
        self, warehouse: Database
    ) -> None:
        """A vendor's server may speak German and live in Kathmandu."""
        connection = connection_to(
            warehouse,
            extra={"options": "-c timezone=Asia/Kathmandu -c datestyle=German"},
        )
        query = "select timestamptz '2026-11-03 00:00+00' as at where %(start)s < %(end)s"
        records = records_of(PostgresqlFeed(connection, query), WINDOW)
        assert records == [{"at": "2026-11-03T00:00:00.000000+00:00"}]

    @pytest.mark.parametrize("expression", [r"'\x00'::bytea", r"array['\x00'::bytea]"])
    def test_bytes_are_refused_by_the_name_of_their_column(
        self, warehouse: Database, expression: str
    ) -> None:
        """JSON has no bytes, and evidence has no place in an export."""
        query = f"select 1 as a, {expression} as evidence where %(start)s < %(end)s"
        fault = fault_from(feed_of(warehouse, query))
        assert not fault.transient
        assert fault.found == "bytes in column 'evidence'"

    def test_two_columns_of_one_name_are_refused(self, warehouse: Database) -> None:
        """One would take the place of the other."""
        fault = fault_from(feed_of(warehouse, "select 1 as id, 2 as id where %(start)s < %(end)s"))
        assert fault.found == "two named 'id'"
        assert not fault.transient


class TestSize:
    """Days that do not fit into memory."""

    def test_memory_does_not_grow_with_a_day(self, warehouse: Database) -> None:
        """200,000 rows of a kilobyte are read by a process that stays below their size."""
        program = (
            "import resource, sys\n"
            "from breakwater.core.days import Window\n"
            "from breakwater.feeds.postgresql import PostgresqlFeed\n"
            "from breakwater.warehouse.connections import FeedConnection\n"
            "host, port, login, schema, rows = sys.argv[1:]\n"
            "connection = FeedConnection('v', 'postgres', host=host, port=int(port) or None,\n"
            "    login=login, schema=schema)\n"
            "query = '''select n, repeat('x', 1000) || n as text\n"
            "    from generate_series(1, %(rows)s::int) n where %(start)s < %(end)s'''\n"
            "feed = PostgresqlFeed(connection, query, {'rows': rows})\n"
            "count = total = 0\n"
            "for part in feed.parts(Window(0, 86400), None):\n"
            "    count += len(part.records)\n"
            "    total += sum(record['n'] for record in part.records)\n"
            "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "print(count, total, peak)\n"
        )
        to = connection_to(warehouse)
        arguments = [to.host or "", str(to.port or 0), to.login or "", to.schema or ""]

        def read(rows: int) -> tuple[int, int, int]:
            ended = subprocess.run(
                [sys.executable, "-c", program, *arguments, str(rows)],
                check=True,
                capture_output=True,
                text=True,
            )
            count, total, peak_kilobytes = (int(text) for text in ended.stdout.split())
            return count, total, peak_kilobytes

        _, _, small = read(20_000)
        count, total, large = read(200_000)
        assert (count, total) == (200_000, 200_000 * 200_001 // 2)
        assert large - small < 30_000

    def test_wide_rows_are_held_few_at_a_time(self, warehouse: Database) -> None:
        """A part is some megabytes, whatever its rows hold."""
        query = (
            "select repeat('x', 100000) as words from generate_series(1, 400)"
            " where %(start)s < %(end)s"
        )
        sizes = [len(part.records) for part in feed_of(warehouse, query).parts(WINDOW, None)]
        assert sum(sizes) == 400
        assert max(sizes[1:]) <= BYTES_A_PART / 100_000

    def test_narrow_rows_are_held_many_at_a_time(self, warehouse: Database) -> None:
        """Each part costs a file and a transaction."""
        query = "select 1 as a from generate_series(1, 25000) where %(start)s < %(end)s"
        sizes = [len(part.records) for part in feed_of(warehouse, query).parts(WINDOW, None)]
        assert sizes == [200, MOST_ROWS, MOST_ROWS, 4_800]


class TestRefusals:
    """What goes wrong, and whether asking again helps."""

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("selec 1 where %(start)s < %(end)s", "syntax error at or near"),
            ("select verdict from decision where {}", 'column "verdict" does not exist'),
            ("select 1 from verdict where {}", 'relation "verdict" does not exist'),
            ("select 1 / 0 from decision where {}", "division by zero"),
            ("select %(vendor)s, at from decision where {}", "vendor"),
            (
                "with gone as (delete from decision where {} returning id) select * from gone",
                "DECLARE CURSOR must not contain data-modifying statements",
            ),
            ("select 1 where {}; drop table decision", "multiple commands"),
            ("select setval('s', 1), %(start)s < %(end)s", "read-only transaction"),
        ],
    )
    def test_a_query_that_is_refused_is_shown_with_the_servers_own_words(
        self, decisions: Database, query: str, said: str
    ) -> None:
        """A person has to change the contract; nothing was changed at the vendor's."""
        with decisions.transaction() as connection:
            connection.execute("create sequence s")
        fault = fault_from(feed_of(decisions, query))
        assert not fault.transient
        assert said in fault.found
        with decisions.transaction() as connection:
            count = connection.execute("select count(*) as n from decision").fetchone()
        assert count == {"n": 4}

    def test_a_table_that_may_not_be_read_is_named(self, decisions: Database) -> None:
        """Permission is a matter between people."""
        with decisions.transaction() as connection:
            connection.execute("drop role if exists feed_reader")
            connection.execute("create role feed_reader")
        query = "select id from decision where {}"
        reader = connection_to(decisions, extra={"options": "-c role=feed_reader"})
        try:
            fault = fault_from(PostgresqlFeed(reader, query.replace("{}", BETWEEN)))
        finally:
            with decisions.transaction() as connection:
                connection.execute("drop role feed_reader")
        assert not fault.transient
        assert fault.found == "'permission denied for table decision'"

    def test_a_servers_words_stay_on_one_line(self, decisions: Database) -> None:
        """A column's name may hold anything."""
        fault = fault_from(feed_of(decisions, 'select "a\nb" from decision where {}'))
        assert "\n" not in str(fault)
        assert r"a\nb" in fault.found

    def test_a_connection_that_is_cut_half_way_can_be_tried_again(
        self, warehouse: Database
    ) -> None:
        """An operator restarts the server while a day is read."""
        query = (
            "select n, pg_backend_pid() as pid from generate_series(1, 100000) n"
            " where %(start)s < %(end)s"
        )
        parts = feed_of(warehouse, query).parts(WINDOW, None)
        first = next(parts)
        with warehouse.transaction() as connection:
            connection.execute("select pg_terminate_backend(%s)", [first.records[0]["pid"]])
        with pytest.raises(FeedFault) as caught:
            list(parts)
        assert caught.value.transient
        assert caught.value.expected == "a database that answers"

    def test_a_server_that_is_not_there_can_be_tried_again(
        self, warehouse: Database, unused_port: int
    ) -> None:
        """Nobody listens; the password is not told."""
        connection = connection_to(warehouse, host="127.0.0.1", port=unused_port, password=SECRET)
        fault = fault_from(PostgresqlFeed(connection, "select %(start)s, %(end)s"))
        assert fault.transient
        assert "refused" in fault.found
        assert "secret" not in str(fault)

    def test_a_query_that_takes_too_long_is_ended(self, warehouse: Database) -> None:
        """The connection's own limit holds; without one, ten minutes do."""
        connection = connection_to(warehouse, extra={"options": "-c statement_timeout=50ms"})
        query = "select pg_sleep(5)::text as a where %(start)s < %(end)s"
        fault = fault_from(PostgresqlFeed(connection, query))
        assert fault.transient
        assert "statement timeout" in fault.found
        assert one_value(warehouse, "current_setting('statement_timeout')") == "10min"

    def test_a_reader_that_stops_leaves_no_session_behind(self, warehouse: Database) -> None:
        """Somebody else's error ends the reading; the vendor's server must not keep it."""
        query = (
            "select pg_backend_pid() as pid from generate_series(1, 9999) where %(start)s < %(end)s"
        )
        parts = feed_of(warehouse, query).parts(WINDOW, None)
        process = next(parts).records[0]["pid"]
        parts.close()  # type: ignore[attr-defined]  # it is a generator
        left = "select count(*) as n from pg_stat_activity where pid = %s and state <> 'idle'"
        assert warehouse.rows(left, [process]) == [{"n": 0}]


class TestConnections:
    """What a connection must say."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"kind": "mysql"}, "expected a connection of type postgres; found 'mysql'"),
            ({"host": None}, "expected a host; found None"),
            ({"extra": {"iam": True}}, "found 'iam'"),
            ({"extra": {"sslmod": "require"}}, 'invalid connection option "sslmod"'),
        ],
    )
    def test_a_connection_that_cannot_be_used_says_what_it_lacks(
        self, warehouse: Database, changes: dict[str, object], said: str
    ) -> None:
        """Without a word of its secrets."""
        connection = connection_to(warehouse, password=SECRET, **changes)
        feed = PostgresqlFeed(connection, "select %(start)s, %(end)s")
        with pytest.raises(ConfigurationError) as caught:
            list(feed.parts(WINDOW, None))
        assert said in str(caught.value)
        assert "secret" not in str(caught.value)

    def test_extras_of_airflows_own_are_left_to_airflow(self, warehouse: Database) -> None:
        """They say what cursor a hook opens."""
        connection = connection_to(warehouse, extra={"cursor": "dictcursor", "sslmode": "prefer"})
        feed = PostgresqlFeed(connection, "select 1 as a where %(start)s < %(end)s")
        assert records_of(feed, WINDOW) == [{"a": 1}]

    def test_a_connection_may_be_spelled_as_on_the_page(self, unused_port: int) -> None:
        """As a URI in a variable, with libpq's options behind the question mark."""
        uri = f"postgres://reader:very%20secret@127.0.0.1:{unused_port}/review?sslmode=disable"
        connection = connections_of({"AIRFLOW_CONN_ACME_DATABASE": uri})("acme_database")
        options = libpq_options(connection)
        assert (options["user"], options["password"]) == ("reader", SECRET)
        assert (options["dbname"], options["sslmode"]) == ("review", "disable")
        assert fault_from(PostgresqlFeed(connection, "select %(start)s, %(end)s")).transient

    def test_the_session_says_whose_it_is(self, warehouse: Database) -> None:
        """A vendor's administrator sees who asks."""
        assert one_value(warehouse, "current_setting('application_name')") == "breakwater"
