"""A few cases of what is abnormal, by their ids, for people of the operation alone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from case_book import DAY, Case, Event

from breakwater.contracts.tables import CASE_EVENT
from breakwater.core.days import Window
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.detect.examples import with_examples
from breakwater.engine.base import arrow_schema
from breakwater.engine.parquet import write_parquet
from breakwater.notify.notes import said_of
from breakwater.warehouse.database import replace_rows
from breakwater.warehouse.lake import Partition, point
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def land(workspace: Workspace, folder: Path, events: list[Event]) -> None:
    """Put a day's events into the lake."""
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(CASE_EVENT)])
    file = folder / "events.parquet"
    count = write_parquet(pa.Table.from_pylist(events, schema), CASE_EVENT, file)
    partition = Partition.of_day(CASE_EVENT.name, DAY, "pearlline")
    written = workspace.lake.put_version(partition, file, count)
    with workspace.warehouse.transaction() as connection:
        point(connection, partition, written, NOW)


def anomaly(metric: str, direction: str = "up", **scope: str) -> Finding:
    """Return an abnormal number of the vendor, driven by the queue of hate."""
    return Finding(
        rule=Rule.KPI_ANOMALY,
        operational_day=DAY,
        vendor="pearlline",
        severity=Severity.WARNING,
        scope={"metric": metric, **scope},
        value=2,
        unit="cases",
        detail={"direction": direction, "causes": [{"slice": {"queue": "hate"}, "share": 0.9}]},
    )


def examples(workspace: Workspace, finding: Finding) -> object:
    """Ask for the cases."""
    window = Window.for_operational_day(DAY, workspace.configuration.operations.zone_info)
    with workspace.warehouse.transaction() as connection:
        return with_examples(connection, workspace.lake, window, finding).detail.get("examples")


def book() -> list[Event]:
    """Five cases of the queue that take one to five minutes, and one that waits in another."""
    events: list[Event] = []
    for n in range(1, 6):
        events += Case(f"C{n}").events(
            ("received", f"2026-03-02 0{n}:00"),
            ("queued", f"2026-03-02 0{n}:00"),
            ("decided", f"2026-03-02 0{9 - n}:30", {"handle_seconds": 60 * n}),
            (
                "qa_scored",
                "2026-03-02 10:00",
                {"score": n / 5, "is_golden": n == 1, "critical_errors": n % 3},
            ),
        )
    return events + Case("elsewhere", queue="spam").events(
        ("received", "2026-03-02 06:00"),
        ("queued", "2026-03-02 06:00"),
        ("decided", "2026-03-02 09:00", {"handle_seconds": 9999}),
    )


def test_the_cases_that_show_it_most_are_named(workspace: Workspace, tmp_path: Path) -> None:
    """Of the slice that drives it; of a fall those at the other end; planted items never."""
    land(workspace, tmp_path, book())
    assert examples(workspace, anomaly("aht")) == ["C5", "C4", "C3"]
    assert examples(workspace, anomaly("aht", "down")) == ["C1", "C2", "C3"]
    assert examples(workspace, anomaly("manual_incoming")) == ["C5", "C4", "C3"]
    assert examples(workspace, anomaly("average_answer_speed")) == ["C1", "C2", "C3"]
    assert examples(workspace, anomaly("qa_accuracy", "down")) == ["C2", "C3", "C4"]
    assert examples(workspace, anomaly("golden_set_accuracy", "down")) == ["C1"]
    assert examples(workspace, anomaly("critical_error_rate")) == ["C2", "C5", "C4"]
    assert examples(workspace, anomaly("aht", queue="spam")) == ["elsewhere"]


def test_answers_come_from_the_warehouse_and_none_is_no_list(workspace: Workspace) -> None:
    """Missed promises and breaks are rows already; nothing found says nothing."""
    key = {"operational_day": DAY, "vendor": "pearlline"}
    columns = (
        *("side", "record_id", "outcome", "site", "queue", "language", "record_key"),
        *("item_id", "rule", "decided_at"),
    )
    rows = [
        ("vendor", f"r{n}", "time_drift", "manila", "hate", "en", f"K{n}", "i", "item", NOW)
        for n in range(2)
    ]
    assert examples(workspace, anomaly("break_rate")) is None
    with workspace.warehouse.transaction() as connection:
        replace_rows(connection, "reconcile.recon_break", key, columns, rows)
    assert examples(workspace, anomaly("break_rate")) == ["K0", "K1"]
    assert examples(workspace, anomaly("sla_attainment")) is None
    everywhere = replace(anomaly("break_rate"), vendor=None)
    assert examples(workspace, everywhere) is None, "each vendor has its own ids"


def test_vendors_are_not_told_of_examples_and_their_text_is_one_line() -> None:
    """An id is a vendor's text, whoever reads it."""
    finding = anomaly("aht")
    detail = {**finding.detail, "examples": ["C5", "C\n4", "C3", "C2"]}
    shown = replace(finding, detail=detail)
    assert said_of(shown).endswith("For example: C5, C 4, C3")
    assert "example" not in said_of(shown, is_outside=True)
