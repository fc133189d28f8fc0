"""Quiet hours: whether a recipient is told now, or when its own morning comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from breakwater.contracts.calendar import shift_span
from breakwater.contracts.recipients import EVERY_DAY, QuietHours, RecipientWishes
from breakwater.core.calendar import instants_of
from breakwater.core.days import utc_instant
from breakwater.core.finding import Severity

_MOST_STRETCHES = 64
"""Quiet stretches that meet, looked at one after the other. A week has an hour that is not quiet, see
`breakwater.contracts.recipients`, so fewer would do; summer time may swallow a short one."""


class QuietReason(StrEnum):
    """Why a recipient is told now, or why it waits."""

    NO_QUIET_HOURS = "no_quiet_hours"
    AWAKE = "awake"
    PRESSING_DEADLINE = "pressing_deadline"
    SEVERE = "severe"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class QuietDecision:
    """The answer, its name, and when the quiet ends; None when it is told now."""

    reason: QuietReason
    due_at: datetime | None = None


def decide_quiet(
    wishes: RecipientWishes | None, *, worst: Severity, is_pressing: bool, now: datetime
) -> QuietDecision:
    """Decide whether a recipient is disturbed now.

    Args:
        wishes: what it stated; None when it stated nothing.
        worst: the gravest of what is still open in the message.
        is_pressing: whether a legal deadline of few hours is among it; that never waits.
        now: the instant, with its zone.
    """
    if wishes is None or not wishes.quiet:
        return QuietDecision(QuietReason.NO_QUIET_HOURS)
    ends = _quiet_until(wishes, now)
    if ends is None:
        return QuietDecision(QuietReason.AWAKE)
    if is_pressing:
        return QuietDecision(QuietReason.PRESSING_DEADLINE)
    if wishes.disturb_from is not None and worst.rank >= wishes.disturb_from.rank:
        return QuietDecision(QuietReason.SEVERE)
    return QuietDecision(QuietReason.QUIET, ends)


def _quiet_until(wishes: RecipientWishes, now: datetime) -> datetime | None:
    """Return the end of the quiet that an instant lies in, through stretches that meet."""
    zone = ZoneInfo(wishes.zone)
    ends: datetime | None = None
    at = now
    for _ in range(_MOST_STRETCHES):
        around = _around(wishes.quiet, zone, at)
        later = max((end for start, end in around if start <= at < end), default=None)
        if later is None:
            break
        ends = at = later
    return ends


def _around(
    stretches: tuple[QuietHours, ...], zone: ZoneInfo, at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """List the stretches that begin on the recipient's own day, or on the two before it."""
    today = at.astimezone(zone).date()
    for back in range(3):
        day = today - timedelta(days=back)
        for stretch in stretches:
            if EVERY_DAY[day.weekday()] in stretch.days:
                start, end = instants_of(day, shift_span(stretch.hours), zone)
                yield utc_instant(start), utc_instant(end)
