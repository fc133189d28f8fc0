"""Proof: sixty days one by one, in one pass, backwards and side by side give identical scores."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from made_facts import FIRST_DAY, Operation, Row, write_facts

from breakwater.detect import facts as reading
from breakwater.detect.again import days_out_of_date
from breakwater.detect.detect import detect_day, detect_days
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 12, 26, 6, tzinfo=UTC)
HISTORY_DAYS = 15
DAYS = [FIRST_DAY + timedelta(days=HISTORY_DAYS + n) for n in range(60)]


def one_by_one(workspace: Workspace, days: Sequence[date]) -> None:
    """Judge as every night does."""
    for day in days:
        detect_day(workspace, day, NOW)


def backwards(workspace: Workspace, days: Sequence[date]) -> None:
    """Judge the last day first."""
    one_by_one(workspace, list(reversed(days)))


def in_one_pass(workspace: Workspace, days: Sequence[date]) -> None:
    """Read the whole history once."""
    detect_days(workspace, days, NOW)


def side_by_side(workspace: Workspace, days: Sequence[date]) -> None:
    """Judge four days at a time, every second one first."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda day: detect_day(workspace, day, NOW), [*days[1::2], *days[::2]]))


def hash_of(workspace: Workspace) -> str:
    """Hash every score, what it rests on, and every finding."""
    digest = hashlib.sha256()
    for table in ("detect.score", "detect.run", "operations.finding"):
        rows = workspace.warehouse.rows(f"select t::text as row from {table} as t order by 1")  # type: ignore[arg-type]  # noqa: S608  our own names
        assert rows
        digest.update("\n".join(row["row"] for row in rows).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def facts() -> dict[date, list[Row]]:
    """Draw the arrivals and handling times of one vendor, with something to find every few days."""
    operation = Operation(
        spikes={("dekkan", "spam", "hi", day): 3.0 for day in DAYS[10::15]},
        slowness={("dekkan", "hyderabad", DAYS[25]): 1.4},
        silent_queues={("dekkan", "adult"): {DAYS[40], DAYS[41]}},
    )
    metrics = {"total_incoming", "manual_incoming", "aht"}
    return {
        day: [row for row in rows if row[0] == "dekkan" and row[6] in metrics]
        for day, rows in operation.facts(HISTORY_DAYS + len(DAYS)).items()
    }


@pytest.fixture
def measured(
    workspace: Workspace, facts: dict[date, list[Row]], monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Measure all days; look back two or three weeks, so that sixty days have many histories."""
    monkeypatch.setattr(reading, "DAYS_OF_BLOCK", 7)
    write_facts(workspace.warehouse, facts)
    operations = workspace.configuration.operations
    limits = operations.detection.model_copy(update={"history_days": HISTORY_DAYS})
    operations = operations.model_copy(update={"detection": limits})
    configuration = replace(workspace.configuration, operations=operations)
    return replace(workspace, configuration=configuration)


def test_sixty_days_in_any_order_and_any_parallelism_give_identical_scores(
    measured: Workspace,
) -> None:
    """Compared by hash: scores, grounds and findings; nothing is left out of date by any of them."""
    hashes = {}
    for way in (one_by_one, in_one_pass, backwards, side_by_side):
        with measured.warehouse.transaction() as connection:
            connection.execute("truncate detect.score, detect.run, operations.finding")
        way(measured, DAYS)
        hashes[way.__name__] = hash_of(measured)
        with measured.warehouse.transaction() as connection:
            assert days_out_of_date(connection, measured.configuration.events) == []
    assert len(set(hashes.values())) == 1, hashes
