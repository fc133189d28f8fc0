"""Waking: tell what waited for an instant, and take the steps of escalations that are due.

Nothing here runs by itself: whoever sends wakes first, with the clock in its hand.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.notify.backfill import tell_backfills
from breakwater.notify.coverage import read_coverage
from breakwater.notify.incident import hold_incidents, incidents_of_day
from breakwater.notify.on_call.reading import refresh_on_call
from breakwater.notify.people import end_words
from breakwater.notify.send import send_pending
from breakwater.notify.sender import Sender
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
        Counts: ``messages`` enqueued, those about backfills that are over among them; ``days``
        looked at, ``lapsed``: what people had said of incidents and counts no longer; whoever was
        told of them hears of that, too. ``on_call``: why a rota could not be worked out, by its name.
    """
    # First, so that what was put off until now is open when it is decided who is told.
    lapsed = end_words(workspace, now)
    backfills = tell_backfills(workspace, now)
    with workspace.warehouse.transaction() as connection:
        problems = refresh_on_call(connection, workspace.configuration, now)
    with workspace.warehouse.transaction() as connection:
        days = days_due(connection, now)
    messages = backfills + sum(_wake_day(workspace, day, now) for day in days)
    zone = workspace.configuration.operations.zone_info
    return StageResult(
        operational_day=operational_day_of(utc_seconds(now), zone),
        vendor=WHOLE_DAY,
        stage="wake",
        changed=messages + lapsed > 0,
        summary={"messages": messages, "days": len(days), "lapsed": lapsed, "on_call": problems},
    )


def wake_and_send(
    workspace: Workspace, now: datetime, senders: Mapping[str, Sender]
) -> StageResult:
    """Wake, then try each message that is due; safe to run twice at a time and to kill.

    Returns:
        What `send_pending` returns, and under ``woken`` what `wake` counted.
    """
    woken = wake(workspace, now)
    sent = send_pending(workspace, now, senders)
    return replace(
        sent,
        changed=sent.changed or woken.changed,
        summary={**sent.summary, "woken": dict(woken.summary)},
    )


def _wake_day(workspace: Workspace, day: date, now: datetime) -> int:
    with workspace.warehouse.transaction() as connection:
        hold_incidents(connection, day)
        coverage = read_coverage(connection, workspace.configuration, day)
        incidents = list(incidents_of_day(connection, day).values())
        teller = Teller(connection, workspace.configuration, coverage, now, workspace.link_key)
        return teller.tell_waiting(incidents)
