"""One crew's day of reviews: who decides what, how long it takes, with pauses and second tiers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from breakwater.demo.simulator.cases import Cases
from breakwater.demo.simulator.demand import wrong_decisions
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.roster import Crew
from breakwater.demo.simulator.streams import Flags, Floats, Ints, Random, between, log_normal

STATUTORY_LANE = 0
PAUSED_SHARE = 0.015
PAUSE_SECONDS = 5_400
PAUSE_REASONS = ("waiting for policy", "waiting for legal", "tool outage")
ESCALATION_SECONDS = np.array([300, 2_400, 4_800, 7_200, 7_200])
"""Median wait for the second tier, by lane."""
TIERS = ("tier 2", "tier 3")
THIRD_TIER_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Cases that a crew takes up.

    Attributes:
        rows: where they are among all of the vendor's open cases.
        at: when; UTC seconds.
        lane: their precedence.
    """

    rows: Ints
    at: Ints
    lane: Ints


@dataclass(frozen=True)
class Review:
    """A crew on one day.

    Attributes:
        slowness: how much longer than usual everything takes.
        accuracy_lost: by language of the operation.
    """

    model: VendorModel
    crew: Crew
    slowness: float
    accuracy_lost: Floats

    def decide(self, random: Random, cases: Cases, taken: TakenUp) -> None:
        """Decide the cases that were taken up; they are changed in place."""
        rows, settled = taken.rows, self.model.clock.settled
        local = self.model.clock.local(taken.at)
        agent = self.crew.agents_for(random, local, cases.language[rows])
        handle = np.maximum(3, np.rint(cases.work[rows] * self.slowness * self.crew.pace[agent]))
        cases.assigned[rows] = taken.at
        cases.agent[rows] = self.crew.agents[agent]
        cases.handle_seconds[rows] = handle.astype(np.int64)
        ended = taken.at + cases.handle_seconds[rows]
        ended = _pause(random, cases, taken, ended, settled)
        ended = self._escalate(random, cases, taken, ended)
        cases.decided[rows] = settled(ended)
        accuracy = self.crew.accuracy[agent] - self.accuracy_lost[cases.language[rows]]
        wrong = random.random(len(rows)) > accuracy
        cases.decision[rows] = wrong_decisions(random, cases.take(rows), wrong)

    def _escalate(self, random: Random, cases: Cases, taken: TakenUp, ended: Ints) -> Ints:
        """Hand some cases to a second tier; return when they end."""
        count = len(taken.rows)
        shares = np.array([self._escalated_share(queue) for queue in range(len(self.model.queues))])
        escalated = random.random(count) < shares[cases.queue[taken.rows]]
        wait = ESCALATION_SECONDS[taken.lane] * log_normal(random, 100, 1.0, count) // 100
        tier = (random.random(count) < THIRD_TIER_SHARE).astype(np.int64)
        _set(cases.escalated, taken.rows, escalated, self.model.clock.settled(ended))
        _set(cases.tier, taken.rows, escalated, tier)
        return np.where(escalated, ended + wait, ended)

    def _escalated_share(self, queue: int) -> float:
        served = self.model.crew_of_queue[queue] >= 0
        return self.model.queue_profile(queue).escalation if served else 0.0


def _pause(
    random: Random,
    cases: Cases,
    taken: TakenUp,
    ended: Ints,
    settled: Callable[[Ints], Ints],
) -> Ints:
    """Interrupt some cases until somebody answers a question; return when they end.

    What the law clocks is never paused.
    """
    rows, count = taken.rows, len(taken.rows)
    paused = (random.random(count) < PAUSED_SHARE) & (taken.lane != STATUTORY_LANE)
    worked = (cases.handle_seconds[rows] * random.uniform(0.2, 0.8, count)).astype(np.int64)
    from_instant = settled(taken.at + worked)
    duration = log_normal(random, PAUSE_SECONDS, 0.9, count)
    _set(cases.paused, rows, paused, from_instant)
    _set(cases.resumed, rows, paused, settled(from_instant + duration))
    _set(cases.pause_reason, rows, paused, between(random, 0, len(PAUSE_REASONS), count))
    return np.where(paused, ended + duration, ended)


def _set(column: Ints, rows: Ints, where: Flags, values: Ints) -> None:
    column[rows[where]] = values[where]
