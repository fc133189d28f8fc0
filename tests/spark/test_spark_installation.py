"""A small installation whose engine is Spark: the same answers, and nothing left behind."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from case_book import DAY as MEASURED_DAY
from case_book import Event, vendor_day
from landed import NOW, land, measured_workspace
from landed_books import LandedBooks
from random_book import RandomBook
from spark_settings import SPARK, needs_spark
from two_books import DAY, NEXT, both_days

from breakwater.contracts.operations import EngineSettings
from breakwater.core.errors import ConfigurationError
from breakwater.engine.open import open_engine
from breakwater.engine.spark import spark_text, stop_spark
from breakwater.measure.measure import measure_day
from breakwater.warehouse.workspace import Workspace

MEASURED = (
    *(
        f"select * from measure.{table} as t order by t::text"  # noqa: S608  our own names
        for table in ("clock_exception", "attainment", "kpi_fact", "kpi_histogram")
    ),
    "select sha256, row_count from lake.partition where table_name = 'clock_run'",
)


def on(workspace: Workspace, engine: EngineSettings) -> Workspace:
    """Return the installation with another engine in its configuration."""
    configuration = workspace.configuration
    operations = configuration.operations.model_copy(update={"engine": engine})
    return replace(workspace, configuration=replace(configuration, operations=operations))


@needs_spark
def test_reconciled_days_are_the_same(workspace: Workspace, tmp_path: Path) -> None:
    """With a pair over midnight and breaks: tie-out, breaks, borrowings, the hash of the file."""
    answers = []
    for engine in (workspace.configuration.operations.engine, SPARK):
        books = LandedBooks(on(workspace, engine), tmp_path)
        for day in (DAY, NEXT):
            books.land(day, *both_days())
        for day in (DAY, NEXT):
            books.reconcile(day)
        answers.append(books.answers())
        books.forget()
    assert answers[0] == answers[1]
    assert all(answers[0][:3])


@needs_spark
def test_measured_day_is_the_same(workspace: Workspace, tmp_path: Path) -> None:
    """Exceptions, attainment, facts, histograms, and the hash of the file of clocks."""
    answers: list[list[list[Event]]] = []
    for engine in (workspace.configuration.operations.engine, SPARK):
        installation = on(measured_workspace(workspace), engine)
        book = RandomBook(41, vendor_day(installation.configuration).window)
        land(installation, tmp_path, book.events, book.outcomes)
        measure_day(installation, "pearlline", MEASURED_DAY, NOW)
        with installation.warehouse.transaction() as connection:
            answers.append([connection.execute(query).fetchall() for query in MEASURED])
            connection.execute("truncate lake.partition, operations.stage_run")
    assert answers[0] == answers[1]
    assert all(answers[0])


@needs_spark
def test_stopped_spark_leaves_no_process_and_can_start_again() -> None:
    """Driver, master, workers and executors end; the folder of a closed session is gone."""
    with open_engine(SPARK, "") as engine:
        engine.stage("one", "select 1 as one")
        folder = engine._folder  # type: ignore[attr-defined]  # noqa: SLF001
        assert folder.exists()
    assert not folder.exists()
    assert machines()
    stop_spark()
    assert machines() == []
    stop_spark()
    with open_engine(SPARK, "") as engine:
        engine.stage("one", "select 1 as one")
        assert engine.count("one") == 1


@needs_spark
def test_process_has_one_spark() -> None:
    """Other settings in the same process are refused, not ignored."""
    with open_engine(SPARK, ""):
        other = SPARK.model_copy(update={"spark": SPARK.spark.model_copy(update={"memory": "2g"})})
        with (
            pytest.raises(RuntimeError, match="one process runs one Spark"),
            open_engine(other, ""),
        ):
            pass


def test_absent_spark_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever configures it without installing it reads what to install."""
    stop_spark()
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with (
        pytest.raises(ConfigurationError, match=r"pip install 'breakwater\[spark\]'"),
        open_engine(SPARK, ""),
    ):
        pass


@pytest.mark.parametrize(
    ("model", "spark"),
    [
        ("select cast(null as text) as x", "select cast(null as string) as x"),
        ("cast(a as  double\n precision)", "cast(a as  double)"),
        ("cast(a AS Text )", "cast(a AS string )"),
        ("select ' as text)' as text from t", "select ' as text)' as text from t"),
        ("select 'it''s as text)'", "select 'it''s as text)'"),
        ('select "as text)"', 'select "as text)"'),
        (r'''select '\]\' as "a\b"''', r'''select '\\]\\' as "a\b"'''),
        ("-- cast(x as text)\nselect 1", "-- cast(x as text)\nselect 1"),
        ("cast(context as bigint)", "cast(context as bigint)"),
    ],
    ids=["text", "double", "case", "alias", "quote", "name", "backslash", "comment", "other"],
)
def test_only_names_of_types_are_changed(model: str, spark: str) -> None:
    """What is in quotes or comments stays, and so does every other word."""
    assert spark_text(model) == spark


def machines() -> list[Any]:
    """Return the virtual machines beneath this process."""
    return [p for p in psutil.Process(os.getpid()).children(recursive=True) if p.name() == "java"]
