"""The review floor of one vendor: crews take up what waits, in the order that the lanes give."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from breakwater.core.calendar import BusinessTime
from breakwater.core.days import Window
from breakwater.core.vocabulary import Priority
from breakwater.demo.simulator.cases import LATER, Cases
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.model import STATUTORY, VendorModel
from breakwater.demo.simulator.review import STATUTORY_LANE, Review, TakenUp
from breakwater.demo.simulator.roster import Crew
from breakwater.demo.simulator.service import Lanes
from breakwater.demo.simulator.streams import Ints, Random, between, log_normal, stream

HANDED_ON_SHARE = 0.045
"""Taken up late: skipped by one reviewer and left for another who knows the matter."""
HANDED_ON_SECONDS = np.array([0, 9_000, 21_600, 54_000, 86_400])
"""Median of that delay, by lane."""
STALL_SECONDS = (4_300, 6_600)
"""From receipt to being taken up, for a statutory case that is left lying about."""


@dataclass
class ReviewFloor:
    """The crews of one vendor and what is in their queues."""

    model: VendorModel
    crews: tuple[Crew, ...]
    plan: FaultPlan
    seed: int
    lanes: tuple[Lanes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = tuple(Lanes() for _ in self.crews)

    def work(self, cases: Cases, day: date, window: Window) -> list[int]:
        """Let the crews work for a day on what waits; cases are changed in place.

        Returns:
            Numbers of the cases that were left lying about.
        """
        random = stream(self.seed, self.model.vendor, day, "review")
        lost = [self.plan.accuracy_lost(name, day) for name in self.model.languages]
        stalled: list[int] = []
        for crew, lanes in zip(self.crews, self.lanes, strict=True):
            rows = self._waiting_for(crew, cases)
            waiting = cases.take(rows)
            lane = self._lane(waiting)
            slowness = self.plan.slowness(self.model.vendor, crew.profile.site, day)
            work = (waiting.work * slowness).astype(np.float64)
            capacity = crew.capacity(self.model, day, window)
            at = lanes.serve(capacity, window, lane, waiting.queued, work)
            at = self._picked_up(random, crew, lane, at)
            stalled += self._stall(random, waiting, lane, at, day)
            begun = at != LATER
            taken = TakenUp(rows[begun], at[begun], lane[begun])
            Review(self.model, crew, slowness, np.array(lost)).decide(random, cases, taken)
        return stalled

    def _waiting_for(self, crew: Crew, cases: Cases) -> Ints:
        mine = cases.crew == self.crews.index(crew)
        return np.flatnonzero(mine & (cases.assigned == LATER))

    def _lane(self, cases: Cases) -> Ints:
        """Return the precedence of each case: what the law clocks first, then by priority."""
        order = list(Priority)
        ranks = np.array([1 + order.index(rank) for rank in self.model.priorities], np.int64)
        lane = ranks[cases.queue]
        queue, policy = STATUTORY
        if queue in self.model.queues and policy in self.model.policies:
            urgent = cases.queue == self.model.queues.index(queue)
            urgent &= cases.policy == self.model.policies.index(policy)
            lane[urgent] = STATUTORY_LANE
        return lane

    def _picked_up(self, random: Random, crew: Crew, lane: Ints, at: Ints) -> Ints:
        """Add what it takes to notice a case, and for some that nobody takes it at first."""
        begun = at != LATER
        noticed = at + between(random, 3, 40, len(at))
        handed_on = (random.random(len(at)) < HANDED_ON_SHARE) & begun
        delay = HANDED_ON_SECONDS[lane] * log_normal(random, 100, 0.9, len(at)) // 100
        moved = np.where(handed_on, noticed + delay, noticed)
        if crew.open_time is not None:
            moved[handed_on] = _when_open(crew.open_time, moved[handed_on])
        return np.where(begun, self.model.clock.settled(moved), LATER)

    def _stall(self, random: Random, waiting: Cases, lane: Ints, at: Ints, day: date) -> list[int]:
        """Leave one statutory case lying about for more than its hour, where that is planned."""
        candidates = np.flatnonzero((lane == STATUTORY_LANE) & (at != LATER))
        if not self.plan.stalls(self.model.vendor, day) or not len(candidates):
            return []
        chosen = candidates[len(candidates) // 2]
        delay = int(between(random, *STALL_SECONDS, 1)[0])
        at[chosen] = max(at[chosen], waiting.received[chosen] + delay)
        return [int(waiting.number[chosen])]


def _when_open(open_time: BusinessTime, instants: Ints) -> Ints:
    return np.array([open_time.next_open(int(at)) for at in instants], np.int64)
