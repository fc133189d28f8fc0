"""Escalation: who is told, too, when nobody says that they look into it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from breakwater.contracts.routes import Escalation
from breakwater.notify.incident import Incident


class EscalationReason(StrEnum):
    """Where an escalation stands, or why there is none."""

    NOT_ASKED = "not_asked"
    NOT_TOLD_YET = "not_told_yet"
    RESOLVED = "resolved"
    HIDDEN = "hidden"
    ACKNOWLEDGED = "acknowledged"
    WAITS = "waits"
    STEP_DUE = "step_due"
    AT_ITS_END = "at_its_end"


@dataclass(frozen=True, slots=True)
class Running:
    """An escalation that has begun.

    Attributes:
        escalation: the chain.
        started_at: when people were first told of the incident.
        steps: how many of its steps were taken.
    """

    escalation: str
    started_at: datetime
    steps: int


@dataclass(frozen=True, slots=True)
class EscalationDecision:
    """Where it stands.

    Attributes:
        reason: its name.
        steps: how many steps are taken by now, those that were taken before included.
        due_at: when the next one is; None when nothing more happens by itself.
    """

    reason: EscalationReason
    steps: int = 0
    due_at: datetime | None = None


def decide_escalation(
    chain: Escalation | None,
    incident: Incident,
    running: Running | None,
    *,
    is_acknowledged: bool,
    now: datetime,
) -> EscalationDecision:
    """Decide how far an escalation is.

    Args:
        chain: of the route by which people were told; None when it has none.
        incident: as it is now.
        running: what has happened so far; None when people have not been told yet.
        is_acknowledged: whether somebody says that they look into it. It stops the chain, and when
            an acknowledgement has run out and the incident is still open, the chain goes on.
        now: the instant.
    """
    taken = running.steps if running else 0
    if (stopped := _stopped(chain, incident, running, is_acknowledged)) is not None:
        return EscalationDecision(stopped, taken)
    if chain is None or running is None:
        return EscalationDecision(EscalationReason.NOT_ASKED, taken)
    instants = [running.started_at + timedelta(minutes=step.after_minutes) for step in chain.steps]
    steps = max(taken, sum(instant <= now for instant in instants))
    due_at = instants[steps] if steps < len(instants) else None
    if steps > taken:
        return EscalationDecision(EscalationReason.STEP_DUE, steps, due_at)
    reason = EscalationReason.AT_ITS_END if due_at is None else EscalationReason.WAITS
    return EscalationDecision(reason, steps, due_at)


def _stopped(
    chain: Escalation | None,
    incident: Incident,
    running: Running | None,
    is_acknowledged: bool,
) -> EscalationReason | None:
    """Name why the chain does not move, whatever the hour; None when it does."""
    for holds, reason in (
        (chain is None, EscalationReason.NOT_ASKED),
        (not incident.is_open, EscalationReason.RESOLVED),
        (running is None, EscalationReason.NOT_TOLD_YET),
        (is_acknowledged, EscalationReason.ACKNOWLEDGED),
        (incident.is_hidden, EscalationReason.HIDDEN),
    ):
        if holds:
            return reason
    return None
