"""What every engine promises: the same tables in, the same rows and the same bytes out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import fsspec
import pyarrow as pa
import pytest
from spark_settings import SPARK, needs_spark

from breakwater.contracts.operations import EngineSettings
from breakwater.contracts.tables import Column, Table
from breakwater.engine.base import Engine, PortabilityError
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.engine.open import open_engine
from breakwater.engine.parquet import ROW_GROUP_ROWS, write_parquet
from breakwater.engine.postgresql import PostgreSQLEngine
from breakwater.engine.spark import SparkEngine
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

THING = Table(
    "thing",
    "One of each type.",
    (
        Column("name", "text", True, "text"),
        Column("size", "bigint", False, "whole number"),
        Column("share", "double", False, "fraction"),
        Column("on_day", "date", False, "day"),
        Column("is_good", "boolean", False, "claim"),
    ),
)
SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("size", pa.int64()),
        ("share", pa.float64()),
        ("on_day", pa.date32()),
        ("is_good", pa.bool_()),
    ]
)
ROWS = [
    {"name": "b", "size": 2**62, "share": 0.1, "on_day": date(2026, 3, 2), "is_good": True},
    {"name": "", "size": -1, "share": -1e300, "on_day": date(1969, 12, 31), "is_good": False},
    {"name": "B", "size": None, "share": None, "on_day": None, "is_good": None},
    {"name": 'é,"\\N\n\\.', "size": 0, "share": 0.0, "on_day": date(9999, 1, 1), "is_good": True},
    {"name": "NULL", "size": 1, "share": 1 / 3, "on_day": date(1, 1, 1), "is_good": False},
]
BYTE_ORDER = ["", "B", "NULL", "b", 'é,"\\N\n\\.']


def things() -> pa.Table:
    """Return rows with everything that is easily lost on the way."""
    return pa.Table.from_pylist(ROWS, SCHEMA)


ENGINES = {
    "duckdb": EngineSettings(kind="duckdb"),
    "postgresql": EngineSettings(kind="postgresql"),
    "spark": SPARK,
}


@pytest.fixture(params=["duckdb", "postgresql", pytest.param("spark", marks=needs_spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Open one engine after the other."""
    server: EmbeddedPostgreSQL = request.getfixturevalue("server")
    with open_engine(ENGINES[request.param], server.dsn()) as opened:
        yield opened


def test_loaded_rows_come_back_as_they_were(engine: Engine) -> None:
    """Empty text is not null, text that looks like COPY's own marks is text, and no digit is lost."""
    engine.load("thing", things())
    found = engine.fetch("thing", ["name"])
    assert found.schema == SCHEMA
    assert found.to_pylist() == sorted(ROWS, key=lambda row: row["name"].encode())
    assert engine.count("thing") == 5


def test_text_is_compared_by_its_bytes(engine: Engine) -> None:
    """Order, minimum and comparison do not depend on the language of a server."""
    engine.load("thing", things())
    engine.stage("least", "select min(name) as name from thing where name > 'A'")
    engine.stage("kept", "select name, name < 'a' as is_before from thing")
    assert engine.fetch("thing", ["name"]).column("name").to_pylist() == BYTE_ORDER
    assert engine.fetch("least").to_pylist() == [{"name": "B"}]
    assert {row["name"] for row in engine.fetch("kept").to_pylist() if row["is_before"]} == {
        "",
        "B",
        "NULL",
    }


def test_text_in_quotes_is_what_it_says(engine: Engine) -> None:
    """A backslash escapes nothing, a dollar names nothing, and a quote is written twice."""
    engine.stage("told", r"select 'a\nb\\ it''s \' as told, '${x} $1 %s :x ?' as more")
    assert engine.fetch("told").to_pylist() == [
        {"told": "a\\nb\\\\ it's \\", "more": "${x} $1 %s :x ?"}
    ]


def test_files_are_scanned_as_one_table(engine: Engine, tmp_path: Path) -> None:
    """Rows of several files stand side by side; a quote in a path is no end of it."""
    files = [tmp_path / "it's one.parquet", tmp_path / "vendor=x" / "two.parquet"]
    files[1].parent.mkdir()
    for file in files:
        write_parquet(things(), THING, file)
    engine.scan("thing", [str(files[0]), f"file://{files[1]}"], THING)
    assert engine.count("thing") == 10
    assert engine.fetch("thing").schema == SCHEMA


def test_no_files_are_an_empty_table(engine: Engine, tmp_path: Path) -> None:
    """It has its columns, and so has the file that is written of it."""
    engine.scan("thing", [], THING)
    assert engine.fetch("thing").schema == SCHEMA
    assert engine.write("thing", THING, ["name"], tmp_path / "empty.parquet") == 0
    engine.scan("again", [str(tmp_path / "empty.parquet")], THING)
    assert engine.count("again") == 0


def test_files_are_scanned_from_anywhere(engine: Engine, tmp_path: Path) -> None:
    """A lake in another file system is read through fsspec."""
    write_parquet(things(), THING, tmp_path / "thing.parquet")
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/lake/thing.parquet", (tmp_path / "thing.parquet").read_bytes())
    engine.scan("thing", ["memory://lake/thing.parquet"], THING)
    assert engine.count("thing") == 5


def test_defined_model_sees_what_comes_later(engine: Engine) -> None:
    """A definition is a name for a question, a stage is its answer at that moment."""
    engine.load("thing", things().slice(0, 1))
    engine.define("named", "select name from thing where size > 0")
    engine.stage("kept", "select name from named")
    assert engine.fetch("named").to_pylist() == engine.fetch("kept").to_pylist() == [{"name": "b"}]


def test_name_is_given_once(engine: Engine) -> None:
    """Staging a name again is an error, not a replacement."""
    engine.stage("kept", "select 1 as one")
    with pytest.raises(Exception, match="already exists"):
        engine.stage("kept", "select 2 as two")


def test_plain_sum_of_bigints_is_refused(engine: Engine) -> None:
    """Engines widen it to types of their own; the model is told to cast. Spark's stays a bigint."""
    engine.load("thing", things())
    engine.stage("total", "select sum(size) as size from thing where size < 9")
    if isinstance(engine, SparkEngine):
        assert engine.fetch("total").to_pylist() == [{"size": 0}]
        return
    with pytest.raises(PortabilityError, match=r"total\.size: .*cast\(sum\(x\) as bigint\)"):
        engine.fetch("total")


def test_equal_rows_are_equal_bytes_on_every_engine(
    server: EmbeddedPostgreSQL, tmp_path: Path
) -> None:
    """Engine, order of arrival, threads and size of batches leave no trace in the file."""
    rows = many_things()
    backwards = rows.take(pa.array(range(rows.num_rows - 1, -1, -1)))
    written = []
    for number, (opened, given) in enumerate(
        (
            (DuckDBEngine("1GB", 1), rows),
            (DuckDBEngine("1GB", 2), backwards),
            (PostgreSQLEngine(server.dsn()), backwards),
        )
    ):
        file = tmp_path / f"{number}.parquet"
        opened.load("thing", given)
        assert opened.write("thing", THING, ["name"], file) == rows.num_rows
        opened.close()
        written.append(file.read_bytes())
    assert written[0] == written[1] == written[2]
    write_parquet(rows, THING, tmp_path / "plain.parquet")
    assert (tmp_path / "plain.parquet").read_bytes() == written[0]


def test_required_column_with_nulls_is_not_written(engine: Engine, tmp_path: Path) -> None:
    """The error names table and column."""
    engine.load("thing", things())
    columns = "cast(null as text) as name, size, share, on_day, is_good"
    engine.stage("nameless", f"select {columns} from thing")  # noqa: S608  a constant
    with pytest.raises(pa.ArrowInvalid, match=r"thing\.name is required and has nulls"):
        engine.write("nameless", THING, ["size"], tmp_path / "thing.parquet")


def test_value_that_does_not_fit_is_not_written(engine: Engine, tmp_path: Path) -> None:
    """Text where a number belongs stops the file instead of changing the value."""
    columns = "name, name as size, share, on_day, is_good"
    engine.load("thing", things())
    engine.stage("wrong", f"select {columns} from thing where name = 'b'")  # noqa: S608  a constant
    with pytest.raises(pa.ArrowInvalid, match="b"):
        engine.write("wrong", THING, ["name"], tmp_path / "thing.parquet")


def many_things() -> pa.Table:
    """Return rows of more than one row group, in order of their names."""
    count = ROW_GROUP_ROWS + 1000
    return pa.table(
        {
            "name": pa.array([f"n{n:07}" for n in range(count)]),
            "size": pa.array([n % 7 or None for n in range(count)], pa.int64()),
            "share": pa.array([n / 3 for n in range(count)]),
            "on_day": pa.array([date(2026, 3, 1 + n % 28) for n in range(count)]),
            "is_good": pa.array([n % 2 == 0 for n in range(count)]),
        }
    )


def test_a_column_that_a_file_was_written_without_is_null_there(
    engine: Engine, tmp_path: Path
) -> None:
    """Files outlive the version that wrote them: the table has grown by two columns since."""
    older = Table("thing", "Before.", THING.columns[:3])
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    write_parquet(things().slice(0, 1), older, old)
    write_parquet(things().slice(0, 1), THING, new)
    engine.scan("both", [str(old), str(new)], THING)
    engine.scan("one", [str(old)], THING)
    unknown = ROWS[0] | {"on_day": None, "is_good": None}
    assert engine.fetch("both", ("on_day",)).to_pylist() == [ROWS[0], unknown]
    assert engine.fetch("one").to_pylist() == [unknown]


def test_a_file_without_a_required_column_is_refused(engine: Engine, tmp_path: Path) -> None:
    """Nothing can stand for what a row must have."""
    file = tmp_path / "thing.parquet"
    write_parquet(things(), Table("thing", "No name.", THING.columns[1:]), file)
    with pytest.raises((duckdb.Error, pa.ArrowInvalid, KeyError)):
        engine.scan("thing", [str(file)], THING)


def test_table_of_several_chunks_is_loaded_whole(engine: Engine) -> None:
    """Also when its first chunk has no rows, and one between."""
    numbers = [pa.array(chunk, pa.int64()) for chunk in ([], [1, 2], [], [3])]
    engine.load("number", pa.table({"n": pa.chunked_array(numbers)}))
    assert engine.fetch("number", ["n"])["n"].to_pylist() == [1, 2, 3]


PLACE = Table(
    "place",
    "A place in an order.",
    (Column("side", "text", True, "first"), Column("number", "bigint", True, "second")),
)
PLACE_ORDER = ("side", "number")


def _load_places(engine: Engine) -> None:
    """Load one name that is in order, and one that is not."""
    places = pa.table({"side": ["a", "b", "b"], "number": [5, 2, 7]})
    engine.load("ordered", places)
    engine.load("jumbled", places.take([2, 0, 1]))


def test_guess_does_not_change_the_file(engine: Engine, tmp_path: Path) -> None:
    """In order or not, guessed right or wrong: the same rows give the same bytes."""
    _load_places(engine)
    written = []
    for name in ("ordered", "jumbled"):
        for guess in (True, False):
            file = tmp_path / f"{name}-{guess}.parquet"
            assert engine.write(name, PLACE, PLACE_ORDER, file, likely_ordered=guess) == 3
            written.append(file.read_bytes())
    too_many = tmp_path / "too-many.parquet"
    engine.write("jumbled", PLACE, PLACE_ORDER, too_many, likely_ordered=True, held_rows=10**12)
    assert len({*written, too_many.read_bytes()}) == 1


@pytest.mark.parametrize("held_rows", [0, 1_000_000, 10**12], ids=["together", "in_turn", "sorted"])
def test_names_follow_each_other(engine: Engine, tmp_path: Path, held_rows: int) -> None:
    """Several names are one file: each ordered by itself, one after the other, on every engine.

    In half a gigabyte one million rows are held at a time, and not twice a million.
    """
    _load_places(engine)
    for first in ("ordered", "jumbled"):
        file = tmp_path / f"{first}.parquet"
        names = (first, "ordered")
        count = engine.write(
            names, PLACE, PLACE_ORDER, file, likely_ordered=True, held_rows=held_rows
        )
        engine.scan(f"written_{first}", [str(file)], PLACE)
        rows = engine.fetch(f"written_{first}").to_pylist()
        assert count == 6
        assert [(row["side"], row["number"]) for row in rows] == [("a", 5), ("b", 2), ("b", 7)] * 2
