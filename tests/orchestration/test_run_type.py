"""Why a run exists, and so whether it may tell people."""

from datetime import UTC, date, datetime

import pytest
from runs import run_of

from breakwater.contracts.configuration import Configuration
from breakwater.core.vocabulary import RunType
from breakwater.orchestration.run_type import paging_of, run_type_of

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in the operation's zone
YESTERDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("airflow", "ours"),
    [
        ("scheduled", RunType.SCHEDULED),
        ("backfill", RunType.BACKFILL),
        ("manual", RunType.MANUAL),
        ("operator_triggered", RunType.MANUAL),
        ("asset_triggered", RunType.SCHEDULED),
    ],
)
def test_the_type_of_a_run_is_read_from_its_type(airflow: str, ours: RunType) -> None:
    """Whatever is neither scheduled, nor hangs on that, nor is a backfill was asked for by a person."""
    assert run_type_of(run_of(run_type=airflow)) is ours


@pytest.mark.parametrize(
    ("run_type", "notify", "day", "tells"),
    [
        ("scheduled", False, YESTERDAY, True),
        ("manual", True, YESTERDAY, True),
        ("manual", False, YESTERDAY, False),
        ("backfill", True, YESTERDAY, False),
        ("scheduled", False, date(2026, 10, 22), False),
        ("manual", True, date(2026, 10, 22), False),
    ],
)
def test_only_live_runs_of_recent_days_tell_people(
    configuration: Configuration, run_type: str, notify: bool, day: date, tells: bool
) -> None:
    """A backfill never does, even with the box ticked; nor a scheduled run cleared a month later."""
    run = run_of(run_type=run_type, params={"notify": notify})
    assert paging_of(run, day, NOW, configuration.operations).is_allowed is tells
