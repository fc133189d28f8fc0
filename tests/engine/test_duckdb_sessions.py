"""DuckDB sessions: they share one instance and its limit, and nothing else."""

import os
import threading
import warnings
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from breakwater.contracts.tables import Column, Table
from breakwater.engine.duckdb import FEW_ROWS, NEEDED_PASSES, DuckDBEngine

NUMBER = Table("number", "A number.", (Column("n", "bigint", True, "a number"),))


def test_sessions_do_not_see_each_other() -> None:
    """The same name in two sessions is two tables; closing one leaves the other."""
    one, other = DuckDBEngine("512MB", 1), DuckDBEngine("512MB", 1)
    one.load("number", pa.table({"n": [1]}))
    other.load("number", pa.table({"n": [2, 3]}))
    assert (one.count("number"), other.count("number")) == (1, 2)
    one.close()
    assert other.count("number") == 2
    other.close()


def test_the_same_text_is_read_anew_in_every_session() -> None:
    """A statement is parsed once; its names mean what they mean where it runs."""
    found = []
    for number in (pa.table({"n": [1, 1]}), pa.table({"n": ["one"], "m": ["more"]})):
        engine = DuckDBEngine("512MB", 1)
        engine.load("number", number)
        engine.define("seen", "select * from number")
        engine.stage("told", "select * from seen")
        found.append(engine.fetch("told"))
        engine.close()
    assert found == [pa.table({"n": [1, 1]}), pa.table({"n": ["one"], "m": ["more"]})]


def test_sessions_run_side_by_side() -> None:
    """Threads with a session each get their own rows."""
    found: dict[int, int] = {}

    def work(rows: int) -> None:
        engine = DuckDBEngine("512MB", 1)
        engine.stage("number", f"select * from range({rows}) r(n)")  # noqa: S608  a number
        engine.stage("even", "select n from number where n % 2 = 0")
        found[rows] = engine.count("even")
        engine.close()

    threads = [threading.Thread(target=work, args=(rows,)) for rows in (10, 1000, 100_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {10: 5, 1000: 500, 100_000: 50_000}


def test_forked_child_opens_an_instance_of_its_own() -> None:
    """The scheduler forks its tasks; threads of the parent's DuckDB do not come along."""
    engine = DuckDBEngine("512MB", 2)
    engine.load("number", pa.table({"n": [1]}))
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads, which is the situation to be tried.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:  # pragma: no cover  runs in the child
        own = DuckDBEngine("512MB", 2)
        own.stage("number", "select count(*) as n from range(1000000)")
        os._exit(0 if own.count("number") == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert engine.count("number") == 1
    engine.close()


def test_more_than_memory_is_sorted_and_written(tmp_path: Path) -> None:
    """400 MB of text pass through a limit of 200 MB, by way of the disk."""
    text = Table("text", "Text.", (Column("t", "text", True, "text"),))
    engine = DuckDBEngine("200MB", 2)
    engine.define("text", "select repeat(md5(cast(n as text)), 4) as t from range(3000000) r(n)")
    count = engine.write("text", text, ["t"], tmp_path / "text.parquet")
    engine.scan("written", [str(tmp_path / "text.parquet")], text)
    engine.define("back", "select t, lag(t) over () as before from written")
    engine.stage("disorder", "select t from back where before > t")
    assert (count, engine.count("disorder")) == (3_000_000, 0)
    engine.close()


def test_failed_model_does_not_keep_its_session(tmp_path: Path) -> None:
    """A session ends cleanly after a model that cannot run and a file that cannot be written."""
    engine = DuckDBEngine("512MB", 1)
    with pytest.raises(duckdb.CatalogException, match="no_such_table"):
        engine.stage("number", "select * from no_such_table")
    engine.stage("number", "select case when n < 250000 then n end as n from range(300000) r(n)")
    with pytest.raises(pa.ArrowInvalid):
        engine.write("number", NUMBER, [], tmp_path / "number.parquet")
    engine.close()
    again = DuckDBEngine("512MB", 1)
    with pytest.raises(duckdb.CatalogException):
        again.count("number")
    again.close()


def test_variables_of_the_caller_are_not_tables() -> None:
    """A misspelt name is an error even where a variable has it."""
    no_such_model = pa.table({"n": [1]})
    engine = DuckDBEngine("512MB", 1)
    with pytest.raises(duckdb.CatalogException):
        engine.count("no_such_model")
    assert no_such_model.num_rows == 1
    engine.close()


def test_plans_for_few_rows_are_looked_for_less_long() -> None:
    """Such a session leaves most passes of the optimiser out; those that come after it leave none."""
    few = DuckDBEngine("512MB", 1, row_count=FEW_ROWS)
    left_out = _passes_left_out(few)
    few.close()
    assert "statistics_propagation" in left_out
    assert not left_out & NEEDED_PASSES
    for row_count in (FEW_ROWS + 1, None):
        after = DuckDBEngine("512MB", 1, row_count=row_count)
        assert _passes_left_out(after) == set()
        after.close()


def test_threads_come_with_rows() -> None:
    """Few rows are read by one thread, which costs less; never are there more than configured."""
    millions = {0: 1, 999_999: 1, 1_000_000: 2, 2_000_000: 3, 5_000_000: 3, None: 3}
    for row_count, threads in millions.items():
        engine = DuckDBEngine("512MB", 3, row_count=row_count)
        assert _threads(engine) == threads, row_count
        engine.close()


def test_keeping_an_order_leaves_threads_as_they_were(tmp_path: Path) -> None:
    """Such a write has one thread, and what comes after it as many as before."""
    for row_count, threads in ((1, 1), (None, 3)):
        engine = DuckDBEngine("512MB", 3, row_count=row_count)
        engine.load("number", pa.table({"n": pa.array([1, 2], pa.int64())}))
        engine.write("number", NUMBER, ["n"], tmp_path / "number.parquet", likely_ordered=True)
        assert _threads(engine) == threads
        engine.close()


def test_keeping_an_order_leaves_plans_for_few_rows_as_they_were(tmp_path: Path) -> None:
    """What is left out for the length of a write comes back, and nothing else does."""
    engine = DuckDBEngine("512MB", 1, row_count=1)
    before = _passes_left_out(engine)
    engine.load("number", pa.table({"n": pa.array([1, 2], pa.int64())}))
    engine.write("number", NUMBER, ["n"], tmp_path / "number.parquet", likely_ordered=True)
    assert _passes_left_out(engine, "told after") == before
    engine.close()


def _threads(engine: DuckDBEngine) -> int:
    engine.stage("setting", "select current_setting('threads') as threads")
    return int(engine.fetch("setting")["threads"][0].as_py())


def _passes_left_out(engine: DuckDBEngine, name: str = "told") -> set[str]:
    setting = "string_split(current_setting('disabled_optimizers'), ',')"
    engine.stage(name, f"select unnest({setting}) as pass")
    return {row["pass"] for row in engine.fetch(name).to_pylist()} - {""}
