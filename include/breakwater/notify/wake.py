"""Waking: tell what waited for an instant, and take the steps of escalations that are due."""

from datetime import date, datetime

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.notify.coverage import read_coverage
from breakwater.notify.incident import hold_incidents, incidents_of_day
from breakwater.notify.people import end_words
from breakwater.notify.tell import Teller
from breakwater.notify.waiting import days_due
from breakwater.warehouse.stage_run import WHOLE_DAY, StageResult
from breakwater.warehouse.workspace import Workspace


def wake(workspace: Workspace, now: datetime) -> StageResult:
    """Write the messages whose instant has come; safe to run at any time and any number of times.

    Whether anybody may be told was decided by the run that let them wait. What is told is decided
    anew, from what is known now: news that is none any more is not told at all.

    Args:
        workspace: the installation.
        now: the instant.

    Returns:
        Counts: ``messages`` enqueued, ``days`` looked at, ``lapsed``: what people had said of
        incidents and counts no longer; whoever was told of them hears of that, too.
    """
    # First, so that what was put off until now is open when it is decided who is told.
    lapsed = end_words(workspace, now)
    with workspace.warehouse.transaction() as connection:
        days = days_due(connection, now)
    messages = sum(_wake_day(workspace, day, now) for day in days)
    zone = workspace.configuration.operations.zone_info
    return StageResult(
        operational_day=operational_day_of(utc_seconds(now), zone),
        vendor=WHOLE_DAY,
        stage="wake",
        changed=messages + lapsed > 0,
        summary={"messages": messages, "days": len(days), "lapsed": lapsed},
    )


def _wake_day(workspace: Workspace, day: date, now: datetime) -> int:
    with workspace.warehouse.transaction() as connection:
        hold_incidents(connection, day)
        coverage = read_coverage(connection, workspace.configuration, day)
        incidents = list(incidents_of_day(connection, day).values())
        teller = Teller(connection, workspace.configuration, coverage, now, workspace.link_key)
        return teller.tell_waiting(incidents)
