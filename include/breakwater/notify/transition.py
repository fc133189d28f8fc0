"""What happened to one incident since it was last looked at."""

from enum import StrEnum

from breakwater.core.finding import Finding
from breakwater.notify.incident import Incident


class Transition(StrEnum):
    """Every way an incident can move; the words people read."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    RESTATED = "restated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    UNCHANGED = "unchanged"


def transition_of(before: Incident | None, found: Finding | None) -> Transition:
    """Decide how an incident moves.

    Args:
        before: the incident as it is known, or None when it never was.
        found: the condition as it is found now, or None when it no longer is.

    A changed ``expected`` is no restatement: the day's own number stayed the same.
    """
    if found is None:
        was_open = before is not None and before.is_open
        return Transition.RESOLVED if was_open else Transition.UNCHANGED
    if before is None:
        return Transition.OPENED
    if not before.is_open:
        return Transition.REOPENED
    return compare(before.finding.severity.rank, before.finding.value, found)


def compare(severity_rank: int, value: float, found: Finding) -> Transition:
    """Decide how an open condition moved from an earlier severity and value."""
    if found.severity.rank > severity_rank:
        return Transition.WORSENED
    if found.severity.rank < severity_rank:
        return Transition.EASED
    return Transition.UNCHANGED if found.value == value else Transition.RESTATED
