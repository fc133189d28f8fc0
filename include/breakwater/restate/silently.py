"""What closes a whole day without telling anybody: of history, of a backfill, of a stale day."""

from datetime import date, datetime

from breakwater.core.vocabulary import RunType
from breakwater.detect.detect import detect_day
from breakwater.measure.close import close_day
from breakwater.notify.incidents import raise_incidents
from breakwater.report.digest import publish_digest
from breakwater.warehouse.workspace import Workspace


def close_whole_day(workspace: Workspace, day: date, at: datetime) -> None:
    """Close, compare with history and raise incidents, telling nobody."""
    close_day(workspace, day, at)
    detect_day(workspace, day, at)
    raise_silently(workspace, day, at)


def raise_silently(
    workspace: Workspace, day: date, at: datetime, *, started_by: str | None = None
) -> None:
    """Turn the findings of a closed day into incidents, telling nobody.

    Args:
        workspace: the installation.
        day: the operational day.
        at: the instant.
        started_by: of a backfill, who started it: one line tells what it changed when it is over.
    """
    raise_incidents(workspace, day, at, run_type=RunType.BACKFILL, started_by=started_by)


def write_digest(workspace: Workspace, day: date, at: datetime) -> None:
    """Write the editions of a closed day, sending none."""
    publish_digest(workspace, day, at, run_type=RunType.BACKFILL, deliver=False)
