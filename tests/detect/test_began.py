"""Since which hour: the hours of an abnormal series, from the lake."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from breakwater.contracts.operations import Detection
from breakwater.contracts.tables import KPI_HOUR
from breakwater.core.days import Window
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.detect.began import HISTORY_DAYS, with_hour
from breakwater.engine.base import arrow_schema
from breakwater.engine.parquet import write_parquet
from breakwater.notify.notes import said_of
from breakwater.warehouse.lake import Partition, point
from breakwater.warehouse.workspace import Workspace

ZONE = ZoneInfo("Asia/Singapore")
DAY = date(2026, 11, 22)
"""A Sunday."""
SATURDAY = date(2026, 11, 21)
BEGAN = datetime(2026, 11, 21, 14, tzinfo=ZONE)
"""Two in the afternoon of it."""
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def write_hours(workspace: Workspace, folder: Path, factor: float, *, lost: int = 0) -> None:
    """Write eight weeks of one queue's hours: busy by day, half of it at weekends, then a change."""
    drawn = np.random.default_rng(5)
    first = DAY - timedelta(days=HISTORY_DAYS)
    nothing = dict.fromkeys(("site", "queue", "policy", "language", "priority"), "x")
    for n in range(HISTORY_DAYS + 1):
        day = first + timedelta(days=n)
        if n == HISTORY_DAYS - lost and lost:
            continue
        window, rows = Window.for_operational_day(day, ZONE), []
        for at in range(window.start, window.end, 3600):
            hour = (at - window.start) // 3600
            size = 120 * (1 + 0.6 * np.sin((hour - 8) / 24 * 2 * np.pi))
            size *= 0.5 if day.weekday() >= 5 else 1.0
            size *= factor if at >= BEGAN.timestamp() else 1.0
            for queue, share in (("spam", 0.8), ("hate", 0.2)):
                cases = float(drawn.poisson(size * share))
                more = {"queue": queue, "metric": "manual_incoming", "hour_at": at}
                about = {"operational_day": day, "vendor": "dekkan", "denominator": None}
                rows.append(nothing | about | more | {"numerator": cases})
        file = folder / f"{n}.parquet"
        count = write_parquet(pa.Table.from_pylist(rows, arrow_schema(KPI_HOUR)), KPI_HOUR, file)
        partition = Partition.of_day(KPI_HOUR.name, day, "dekkan")
        written = workspace.lake.put_version(partition, file, count)
        with workspace.warehouse.transaction() as connection:
            point(connection, partition, written, NOW)


def anomaly(*, direction: str = "up", since: date = SATURDAY) -> Finding:
    """Return what the day's detector finds of the queue."""
    return Finding(
        rule=Rule.KPI_ANOMALY,
        operational_day=DAY,
        vendor="dekkan",
        severity=Severity.WARNING,
        scope={"metric": "manual_incoming", "queue": "spam"},
        value=2000,
        unit="cases",
        expected=1000,
        detail={"direction": direction, "causes": [], "since": since.isoformat()},
    )


def told(workspace: Workspace, finding: Finding, *metrics: str) -> Finding:
    """Ask for the hour."""
    with workspace.warehouse.transaction() as connection:
        return with_hour(connection, workspace.lake, ZONE, finding, metrics)


def test_a_change_says_since_which_hour_in_the_words_of_the_alert(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The hour it began or the next, on the operation's own clock; and only if it is asked for."""
    write_hours(workspace, tmp_path, 2.0)
    found = told(workspace, anomaly(), "manual_incoming")
    assert found.detail["since_hour"] in {"2026-11-21T14:00", "2026-11-21T15:00"}
    assert "Since Saturday 21 Nov 1" in said_of(found)
    assert ":00" in said_of(found)
    assert told(workspace, anomaly(), "aht") == anomaly()


def test_an_hour_of_the_other_direction_or_of_earlier_days_is_no_beginning(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A rise does not say when a fall began; nor does what was over before the change."""
    write_hours(workspace, tmp_path, 2.0)
    fall = anomaly(direction="down")
    assert told(workspace, fall, "manual_incoming") == fall
    later = anomaly(since=DAY + timedelta(days=1))
    assert told(workspace, later, "manual_incoming") == later


def test_what_no_hour_shows_has_no_hour(workspace: Workspace, tmp_path: Path) -> None:
    """Eight weeks as usual, of which one day was never measured."""
    write_hours(workspace, tmp_path, 1.0, lost=9)
    assert told(workspace, anomaly(), "manual_incoming") == anomaly()


def test_only_metrics_that_are_kept_by_the_hour_can_be_asked_for() -> None:
    """The message names those that are."""
    with pytest.raises(ValidationError, match=r"kept by the hour \(total_incoming"):
        Detection(hourly=("qa_accuracy",))
