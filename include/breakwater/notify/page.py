"""Page policy: whether a run may tell people at all."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from breakwater.core.vocabulary import RunType


class PagingReason(StrEnum):
    """Why a run may tell people, or why not."""

    SCHEDULED_LIVE_DAY = "scheduled_live_day"
    MANUAL_ASKED_TO_TELL = "manual_asked_to_tell"
    MANUAL_SILENT = "manual_silent"
    BACKFILL = "backfill"
    OLD_DAY = "old_day"


@dataclass(frozen=True, slots=True)
class Paging:
    """The answer and its name."""

    is_allowed: bool
    reason: PagingReason


def decide_paging(
    run_type: RunType, *, notify: bool, day: date, today: date, live_days: int
) -> Paging:
    """Decide whether a run may tell people.

    Args:
        run_type: why the day is being closed. Take it from the run itself, never from its id: a
            backfill over an existing run keeps that run's id.
        notify: whether the person who started a manual run asked for messages.
        day: the operational day that is being closed.
        today: the operational day of this instant.
        live_days: how many days back still concern people at once.
    """
    if run_type is RunType.BACKFILL:
        return Paging(is_allowed=False, reason=PagingReason.BACKFILL)
    if (today - day).days > live_days:
        return Paging(is_allowed=False, reason=PagingReason.OLD_DAY)
    if run_type is RunType.SCHEDULED:
        return Paging(is_allowed=True, reason=PagingReason.SCHEDULED_LIVE_DAY)
    if notify:
        return Paging(is_allowed=True, reason=PagingReason.MANUAL_ASKED_TO_TELL)
    return Paging(is_allowed=False, reason=PagingReason.MANUAL_SILENT)
