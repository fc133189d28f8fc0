"""What happens to decided cases: quality samples, appeals, re-opens."""

from datetime import date

import numpy as np

from breakwater.core.days import Window
from breakwater.demo.simulator.cases import ABSENT, LATER, Cases
from breakwater.demo.simulator.model import STATUTORY, VendorModel
from breakwater.demo.simulator.streams import Random, between, log_normal, stream

HOUR = 3600
QA_SHARE = 0.23
QA_MARGIN = 1_200
"""A decision this close to the day's end is not sampled: its score would miss the export."""
RESCORED_SHARE = 0.2
STRICTNESS = 0.01
"""Share of right decisions that the vendor's own checker faults."""
LENIENCY = 0.12
"""Share of wrong decisions that the vendor's own checker lets pass."""
APPEALED_SHARE = 0.06
APPEAL_OUTCOMES = ("upheld", "overturned")
OVERTURNED = 1
REOPENED_SHARE = 0.012


def follow_up(model: VendorModel, seed: int, closed: Cases, day: date, window: Window) -> None:
    """Sample, appeal and re-open a day's decided cases; they are changed in place."""
    random = stream(seed, model.vendor, day, "follow-up")
    _sample_quality(random, model, closed, window)
    _appeal(random, model, closed)
    _plan_reopening(random, model, closed, window)


def _sample_quality(random: Random, model: VendorModel, closed: Cases, window: Window) -> None:
    count = len(closed)
    room = window.end - closed.decided - 60
    sampled = (closed.agent != ABSENT) & (room > QA_MARGIN) & (random.random(count) < QA_SHARE)
    delay = 300 + (random.random(count) * np.minimum(room - 700, 4 * HOUR)).astype(np.int64)
    is_right = closed.decision == closed.right_decision
    passes = np.where(is_right, random.random(count) >= STRICTNESS, random.random(count) < LENIENCY)
    scored = model.clock.settled(closed.decided + delay)
    closed.qa_scored = np.where(sampled, scored, ABSENT)
    closed.qa_score = np.where(sampled, passes, ABSENT)

    again = sampled & (random.random(count) < RESCORED_SHARE)
    later = (random.random(count) * np.maximum(window.end - scored - 1, 1)).astype(np.int64)
    agrees = random.random(count) >= STRICTNESS
    closed.qa_rescored = np.where(again, model.clock.settled(scored + later), ABSENT)
    closed.qa_rescore = np.where(again, is_right == agrees, ABSENT)


def _appeal(random: Random, model: VendorModel, closed: Cases) -> None:
    """Let people appeal against what was done to them; some win.

    Many appeals and most answers come after the day: the export cannot show them any more, the
    platform's log can.
    """
    count = len(closed)
    appealed = (closed.decision > 0) & (random.random(count) < APPEALED_SHARE)
    at = model.clock.settled(closed.decided + log_normal(random, 4 * HOUR, 1.1, count))
    answered = model.clock.settled(at + log_normal(random, 2 * HOUR, 0.8, count))
    was_right = closed.decision == closed.right_decision
    overturned = random.random(count) < np.where(was_right, 0.07, 0.75)
    closed.appealed = np.where(appealed, at, ABSENT)
    closed.appeal_decided = np.where(appealed, answered, ABSENT)
    closed.appeal_outcome = np.where(appealed, overturned, ABSENT)


def _plan_reopening(random: Random, model: VendorModel, closed: Cases, window: Window) -> None:
    """Choose cases that a later day re-opens.

    Never those near midnight: two decisions of one case stay well apart, each in a day of its own.
    """
    count, margin = len(closed), 3 * HOUR
    may = (closed.agent != ABSENT) & (closed.ordinal == 0) & (closed.decided < window.end - margin)
    if STATUTORY[0] in model.queues:
        may &= closed.queue != model.queues.index(STATUTORY[0])
    chosen = may & (random.random(count) < REOPENED_SHARE)
    at = window.end + between(random, margin, 30 * HOUR, count)
    closed.reopens_at = np.where(chosen, model.clock.settled(at), ABSENT)


def reopened(closed: Cases) -> Cases:
    """Return the cases that will be re-opened, as they will stand in their queue again."""
    before = closed.take(closed.reopens_at != ABSENT)
    again = Cases.blank(len(before))
    for kept in ("number", "queue", "policy", "language", "crew", "work", "right_decision"):
        setattr(again, kept, getattr(before, kept))
    again.received = before.received
    again.ordinal[:] = 1
    again.is_automated[:] = 0
    again.reopened = before.reopens_at
    again.queued = before.reopens_at + 10
    again.assigned[:] = LATER
    again.decided[:] = LATER
    return again
