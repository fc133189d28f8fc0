"""Silences: mutes from configuration, each with a reason, a link, an owner and an expiry."""

from collections.abc import Sequence
from datetime import date

from breakwater.contracts.routes import Silence
from breakwater.core.finding import Finding


def silenced_by(finding: Finding, silences: Sequence[Silence], today: date) -> Silence | None:
    """Return the first silence in force that mutes a finding; None when none does."""
    return next(
        (
            silence
            for silence in silences
            if today <= silence.expires_on and silence.match.matches(finding)
        ),
        None,
    )


def expired_silences(silences: Sequence[Silence], today: date) -> tuple[str, ...]:
    """Name the silences that mute nothing any more and should be deleted."""
    return tuple(silence.silence for silence in silences if silence.expires_on < today)
