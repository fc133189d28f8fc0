"""What happened to one incident since it was last looked at."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from breakwater.contracts.incidents import Incidents
from breakwater.core.finding import Finding
from breakwater.notify.incident import Incident
from breakwater.notify.word import Word


class Transition(StrEnum):
    """Every way an incident can move; the words people read."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    RESTATED = "restated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    LAPSED = "lapsed"
    """What a person had said counts no longer: its time is over, or it got worse."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Move:
    """An incident as it is now, and how it got there.

    Attributes:
        incident: as it is now.
        transition: how what runs find moved it.
        lapsed: the word that counts no longer, if this ended one.
    """

    incident: Incident
    transition: Transition
    lapsed: Word | None = None


def look_again(
    before: Incident | None, found: Finding | None, rules: Incidents, now: datetime
) -> Move:
    """Decide what becomes of an incident when its day is looked at.

    Args:
        before: the incident as it is known, or None when it never was.
        found: the condition as it is found now, or None when it no longer is; not both None.
        rules: how many good runs resolve an incident.
        now: the instant.

    A word ends when its time is over, when the incident gets worse than the word covers, and when
    the condition is gone. What a person called done stays so while it is found no worse: it is
    found again by every run of its day until the books are right.

    Raises:
        ValueError: there is neither.
    """
    if found is None:
        if before is None:
            message = "expected an incident, a finding, or both; found neither"
            raise ValueError(message)
        return _not_found(before.settled(now), rules, now, lapsed=_lapsed(before, now))
    if before is None:
        return Move(Incident(found, is_open=True), Transition.OPENED)
    word = before.settled(now).word
    if word is not None and not word.covers(found.severity):
        word = None
    if not before.is_open:
        if word is not None:  # a person called it done, and it is found no worse
            return Move(Incident(found, is_open=False, word=word), Transition.UNCHANGED)
        return Move(Incident(found, is_open=True), Transition.REOPENED)
    transition = compare(before.finding.severity.rank, before.finding.value, found)
    lapsed = before.word if word is None else None
    return Move(Incident(found, is_open=True, word=word), transition, lapsed)


def _lapsed(before: Incident, now: datetime) -> Word | None:
    return before.word if before.settled(now).word is None else None


def _not_found(before: Incident, rules: Incidents, now: datetime, *, lapsed: Word | None) -> Move:
    if not before.is_open:
        return Move(Incident(before.finding, is_open=False), Transition.UNCHANGED)
    gap = timedelta(minutes=rules.runs_apart_minutes)
    is_another = before.good_at is None or now - before.good_at >= gap
    good_runs = before.good_runs + is_another
    if good_runs >= rules.resolve_after_runs:
        return Move(Incident(before.finding, is_open=False), Transition.RESOLVED)
    good_at = now if is_another else before.good_at
    waiting = replace(before, good_runs=good_runs, good_at=good_at)
    return Move(waiting, Transition.UNCHANGED, lapsed)


def compare(severity_rank: int, value: float, found: Finding) -> Transition:
    """Decide how an open condition moved from an earlier severity and value.

    A changed ``expected`` is no restatement: the day's own number stayed the same.
    """
    if found.severity.rank > severity_rank:
        return Transition.WORSENED
    if found.severity.rank < severity_rank:
        return Transition.EASED
    return Transition.UNCHANGED if found.value == value else Transition.RESTATED
