"""What follows from a plan besides messages: what waits, whom to wake, how far escalations are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from breakwater.notify.escalate import EscalationReason, Running
from breakwater.notify.plan import Known, Only, Plan, ThreadPlan
from breakwater.notify.route import Recipient, WayReason
from breakwater.notify.waiting import Waiting

REPEAT = "repeat"
"""The reason of what waits for nothing but its next reminder."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Escalations that begin or took a step, with the instant of the next one; and those over."""

    running: Mapping[str, tuple[Running, datetime | None]]
    over: frozenset[str]


def waits_of(plan: Plan, now: datetime, live_until: datetime) -> dict[Recipient, list[Waiting]]:
    """List what waits after a plan, by whom; everybody the plan is about is named.

    Args:
        plan: what was decided.
        now: the instant of the plan.
        live_until: reminders end here; news that waits is told whenever its wait ends.
    """
    waits: dict[Recipient, list[Waiting]] = {}
    for thread in plan.threads:
        mine = waits.setdefault(thread.recipient, [])
        if thread.telling.is_news and (held := thread.held_by) is not None:
            mine.append(_waiting(thread, *held))
        elif (repeat_at := _next_repeat(thread, now)) is not None and repeat_at < live_until:
            mine.append(_waiting(thread, REPEAT, repeat_at))
    return waits


def whom_to_wake(plan: Plan, known: Known, now: datetime) -> Only:
    """Name who has something due, and the incidents of which it may be told.

    Args:
        plan: of the day's incidents, for its escalations.
        known: what waits and what runs.
        now: the instant.
    """
    woken: dict[Recipient, set[str]] = {}
    for waiting in known.waiting:
        if waiting.due_at <= now:
            woken.setdefault(waiting.recipient, set())
    for fingerprint, ways in plan.ways.items():
        decision = plan.escalations.get(fingerprint)
        if decision is None or decision.reason is not EscalationReason.STEP_DUE:
            continue
        taken = known.escalations[fingerprint].steps
        for recipient, way in ways.items():
            if way.branch.step > taken and way.reason is WayReason.TOLD:
                woken.setdefault(recipient, set()).add(fingerprint)
    for waiting in known.waiting:
        if waiting.recipient in woken:
            woken[waiting.recipient] |= waiting.members
    return {recipient: frozenset(members) for recipient, members in woken.items()}


def progress_of(plan: Plan, known: Known, now: datetime) -> Progress:
    """Say which escalations begin, take a step, or are over.

    A chain begins when the incident is first told to anybody: who was never told of it cannot be
    late in acknowledging it.
    """
    told = {
        incident.fingerprint
        for thread in plan.threads
        for incident in thread.incidents
        if thread.is_told_now or (thread.last and incident.fingerprint in thread.last.members)
    }
    running: dict[str, tuple[Running, datetime | None]] = {}
    for fingerprint, decision in plan.escalations.items():
        chain = plan.chains[fingerprint]
        if decision.reason is EscalationReason.NOT_TOLD_YET and fingerprint in told:
            first = now + timedelta(minutes=chain.steps[0].after_minutes)
            running[fingerprint] = (Running(chain.escalation, now, 0), first)
        elif decision.reason is EscalationReason.STEP_DUE:
            started = known.escalations[fingerprint].started_at
            after = Running(chain.escalation, started, decision.steps)
            running[fingerprint] = (after, decision.due_at)
    over = {
        fingerprint
        for fingerprint, decision in plan.escalations.items()
        if decision.reason is EscalationReason.RESOLVED and fingerprint in known.escalations
    }
    # A chain that configuration knows no longer has no next step, and nothing would end it.
    over |= known.escalations.keys() - plan.escalations.keys()
    return Progress(running, frozenset(over))


def _next_repeat(thread: ThreadPlan, now: datetime) -> datetime | None:
    hours = thread.grouping.repeat_hours
    if hours is None or not any(incident.is_open for incident in thread.incidents):
        return None
    return now + timedelta(hours=hours) if thread.is_told_now else thread.repeat_at


def _waiting(thread: ThreadPlan, reason: str, due_at: datetime) -> Waiting:
    members = frozenset(incident.fingerprint for incident in thread.incidents)
    return Waiting(thread.thread_key, thread.recipient, members, reason, thread.since, due_at)
