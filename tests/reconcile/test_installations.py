"""The same answers whatever the engine, the lake, the company and the accidents of a run."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import fsspec
import pytest
from landed_books import LandedBooks
from two_books import DAY, NEXT, Row, both_days

from breakwater.contracts.operations import EngineSettings
from breakwater.reconcile import reconcile as stage
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.workspace import Workspace

DAYS = (DAY, NEXT)


def closed(books: LandedBooks) -> list[list[Row]]:
    """Land and reconcile both days."""
    for day in DAYS:
        books.land(day, *both_days())
    for day in DAYS:
        books.reconcile(day)
    return books.answers()


def test_engine_leaves_no_trace(workspace: Workspace, tmp_path: Path) -> None:
    """PostgreSQL gives the same answers, down to the hash of the file."""
    expected = closed(LandedBooks(workspace, tmp_path))
    LandedBooks(workspace, tmp_path).forget()
    configuration = workspace.configuration
    settings = EngineSettings(kind="postgresql")
    operations = configuration.operations.model_copy(update={"engine": settings})
    other = replace(workspace, configuration=replace(configuration, operations=operations))
    assert closed(LandedBooks(other, tmp_path)) == expected


def test_lake_may_be_anywhere(workspace: Workspace, tmp_path: Path) -> None:
    """Books and outcomes of a lake behind fsspec are the same bytes."""
    expected = closed(LandedBooks(workspace, tmp_path))
    LandedBooks(workspace, tmp_path).forget()
    elsewhere = replace(workspace, lake=Lake(f"memory://{tmp_path.name}"))
    assert closed(LandedBooks(elsewhere, tmp_path)) == expected
    fsspec.filesystem("memory").rm(f"/{tmp_path.name}", recursive=True)


def test_neighbouring_days_side_by_side(workspace: Workspace, tmp_path: Path) -> None:
    """Two calls at once wait for each other, never in a circle, and end as one after the other."""
    books = LandedBooks(workspace, tmp_path)
    expected = closed(books)
    books.forget()
    for day in DAYS:
        books.land(day, *both_days())
    failed: list[Exception] = []

    def work(day: date) -> None:
        try:
            for _ in range(3):
                books.reconcile(day)
        except Exception as error:  # noqa: BLE001  a thread's error must reach the test
            failed.append(error)

    threads = [Thread(target=work, args=(day,)) for day in DAYS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert books.answers() == expected


def test_killed_before_its_end_a_run_has_done_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is in the lake, nobody points at it, and the next run takes it up."""
    books = LandedBooks(workspace, tmp_path)
    expected = closed(books)
    books.forget()
    for day in DAYS:
        books.land(day, *both_days())
    with monkeypatch.context() as killed:
        killed.setattr(stage, "record_stage", _power_fails)
        with pytest.raises(KeyboardInterrupt):
            books.reconcile(DAY)
    assert not any(books.answers())
    for day in DAYS:
        books.reconcile(day)
    assert books.answers() == expected


def _power_fails(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
