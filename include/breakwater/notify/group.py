"""Grouping: what shares a message, and how long a message waits for more of its kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from breakwater.contracts.routes import Grouping


class GroupReason(StrEnum):
    """Why news of a thread is due, or what it waits for."""

    DUE_NOW = "due_now"
    PRESSING_DEADLINE = "pressing_deadline"
    WAITS_FOR_MORE = "waits_for_more"
    WITHIN_INTERVAL = "within_interval"


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """The answer, its name, and from when on it is another; None when it is due."""

    reason: GroupReason
    due_at: datetime | None = None


def decide_group(
    grouping: Grouping,
    *,
    told_at: datetime | None,
    since: datetime,
    now: datetime,
    is_pressing: bool,
) -> GroupDecision:
    """Decide whether news of a thread is told now.

    Args:
        grouping: of the route by which it came.
        told_at: when the recipient was last told in the thread; None when it never was.
        since: since when there is news.
        now: the instant.
        is_pressing: whether a legal deadline of few hours is among it; that waits for nothing.
    """
    if is_pressing:
        return GroupDecision(GroupReason.PRESSING_DEADLINE)
    if told_at is None:
        due_at = since + timedelta(minutes=grouping.wait_minutes)
        waits = GroupReason.WAITS_FOR_MORE
    else:
        due_at = told_at + timedelta(minutes=grouping.interval_minutes)
        waits = GroupReason.WITHIN_INTERVAL
    return GroupDecision(GroupReason.DUE_NOW) if due_at <= now else GroupDecision(waits, due_at)
