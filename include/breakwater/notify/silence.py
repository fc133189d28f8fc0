"""Silences: mutes from configuration, each with a reason, a link, an owner and an expiry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from breakwater.contracts.routes import Silence
from breakwater.core.finding import Finding


class SilenceReason(StrEnum):
    """Why a finding is mute, or why not."""

    NONE_MATCHES = "none_matches"
    EXPIRED = "expired"
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True)
class Muting:
    """The answer, its name, and the silence that matches, in force or expired."""

    reason: SilenceReason
    silence: Silence | None = None


def decide_silence(finding: Finding, silences: Sequence[Silence], today: date) -> Muting:
    """Decide whether a silence mutes a finding; the first in force that matches counts.

    Args:
        finding: what somebody might be told.
        silences: those of configuration.
        today: the day in the operation's zone; a silence mutes through the last day it names.
    """
    matching = [silence for silence in silences if silence.match.matches(finding)]
    in_force = next((silence for silence in matching if today <= silence.expires_on), None)
    if in_force is not None:
        return Muting(SilenceReason.SILENCED, in_force)
    if matching:
        return Muting(SilenceReason.EXPIRED, matching[0])
    return Muting(SilenceReason.NONE_MATCHES)


def silenced_by(finding: Finding, silences: Sequence[Silence], today: date) -> Silence | None:
    """Return the first silence in force that mutes a finding; None when none does."""
    muting = decide_silence(finding, silences, today)
    return muting.silence if muting.reason is SilenceReason.SILENCED else None


def expired_silences(silences: Sequence[Silence], today: date) -> tuple[str, ...]:
    """Name the silences that mute nothing any more and should be deleted."""
    return tuple(silence.silence for silence in silences if silence.expires_on < today)
