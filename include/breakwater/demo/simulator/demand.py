"""How many cases arrive, when, in which slice: day and night, weekdays, holidays, campaigns."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from breakwater.core.days import Window
from breakwater.core.vocabulary import Decision
from breakwater.demo.simulator.cases import LATER, Cases
from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.local_clock import DAY
from breakwater.demo.simulator.model import VendorModel
from breakwater.demo.simulator.streams import (
    Floats,
    Ints,
    Random,
    between,
    log_normal,
    pick,
    stream,
)

HANDLE_SIGMA = 0.6
HOLIDAY_FACTOR = 1.06
SATURDAY = 5
BIN = 900
"""Seconds over which the arrival rate is held constant."""
NUMBERS_A_DAY = 10_000_000
WARM_UP_NUMBERS = 5_000_000
"""Cases of the day before the first begin to count here, so that two stretches never clash."""
AUTOMATION_ACCURACY = 0.97
TOPICS = {
    "election": ("hate", "hate_text", "harassment", "impersonation"),
    "conflict": ("graphic_violence", "violent_extremism", "live_video"),
    "spam wave": ("spam", "impersonation"),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """A topic that occupies one language for some days: natural, mild, and not a fault."""

    topic: str
    language: str
    days: tuple[date, ...]
    factor: float


def plan_campaigns(
    seed: int, first_day: date, days: int, languages: tuple[str, ...]
) -> list[Campaign]:
    """Spread campaigns over a stretch: about one in eight days, none in its last week.

    The last week is left alone so that what is planted there is all there is to find.
    """
    random = stream(seed, "campaigns")
    planned = []
    for start in range(3, days - 10, 8):
        begins = first_day + timedelta(days=start + int(random.integers(0, 4)))
        length = int(random.integers(2, 4))
        planned.append(
            Campaign(
                topic=list(TOPICS)[int(random.integers(0, len(TOPICS)))],
                language=languages[int(random.integers(0, len(languages)))],
                days=tuple(begins + timedelta(days=n) for n in range(length)),
                factor=round(float(random.uniform(1.2, 1.5)), 2),
            )
        )
    return planned


@dataclass(frozen=True)
class Demand:
    """Arrivals at one vendor."""

    model: VendorModel
    plan: FaultPlan
    campaigns: tuple[Campaign, ...]
    seed: int
    cases_per_day: int
    """Of the whole operation, on an ordinary day."""

    def expected(self, day: date) -> Floats:
        """Return how many cases each slice of the vendor is to receive on a day."""
        model = self.model
        size = self.cases_per_day * model.profile.share * model.slice_share
        factors = [self._factor(q, lang, day) for q, lang in self._slices()]
        return size * np.array(factors, np.float64)

    def _slices(self) -> list[tuple[str, str]]:
        model = self.model
        pairs = zip(model.slice_queue.tolist(), model.slice_language.tolist(), strict=True)
        return [(model.queues[queue], model.languages[language]) for queue, language in pairs]

    def _factor(self, queue: str, language: str, day: date) -> float:
        model = self.model
        factor = 1.0
        if day.weekday() >= SATURDAY:
            factor *= model.queue_profile(model.queues.index(queue)).weekend
        if day in model.holidays:
            factor *= HOLIDAY_FACTOR
        for campaign in self.campaigns:
            topical = queue in TOPICS[campaign.topic] and language == campaign.language
            if topical and day in campaign.days:
                factor *= campaign.factor
        for spike in self.plan.spikes:
            here = (spike.vendor, spike.queue, spike.language) == (model.vendor, queue, language)
            if here and day in spike.days:
                factor *= spike.factor
        return factor

    def arrivals(self, day: date, window: Window, *, warms_up: bool = False) -> Cases:
        """Draw the cases of a day, in the order of their arrival."""
        random = stream(self.seed, self.model.vendor, day, "arrivals")
        mood = np.exp(0.03 * random.standard_normal(len(self.model.slice_share)))
        counts = random.poisson(self.expected(day) * mood)
        slices = np.repeat(np.arange(len(counts)), counts)
        received = self._instants(random, window, len(slices))
        order = np.argsort(received, kind="stable")
        slices, received = slices[order], received[order]

        cases = Cases.blank(len(slices))
        first = WARM_UP_NUMBERS if warms_up else 0
        day_number = day.toordinal() * NUMBERS_A_DAY
        cases.number = day_number + first + np.arange(1, len(slices) + 1, dtype=np.int64)
        cases.ordinal[:] = 0
        cases.queue = self.model.slice_queue[slices]
        cases.language = self.model.slice_language[slices]
        cases.received = self.model.clock.settled(received)
        self._describe(random, cases)
        self._decide_by_rule(random, cases)
        return cases

    def _instants(self, random: Random, window: Window, count: int) -> Ints:
        """Draw instants by the hour of the day at the vendor, with the evening's peak."""
        bins = np.arange(window.start, window.end, BIN, dtype=np.int64)
        hour = self.model.clock.local(bins) % DAY / 3600
        angle = 2 * np.pi * (hour - self.model.profile.peak_hour) / 24
        rate = 1 + 0.55 * np.cos(angle) + 0.15 * np.cos(2 * angle)
        return bins[pick(random, rate, count)] + between(random, 0, BIN, count)

    def _describe(self, random: Random, cases: Cases) -> None:
        """Draw what a case is about, what is right for it, and how much work it is."""
        for queue in np.unique(cases.queue).tolist():
            rows = np.flatnonzero(cases.queue == queue)
            profile = self.model.queue_profile(queue)
            names = self.model.queue_policies[queue]
            policies = np.array([self.model.policies.index(name) for name in names], np.int64)
            # The first policy of a queue is its main one.
            weights = np.array([3.0, *[2.0] * (len(names) - 1)])
            cases.policy[rows] = policies[pick(random, weights, len(rows))]
            weights = np.array(profile.decisions, np.float64)
            cases.right_decision[rows] = pick(random, weights, len(rows))
            cases.work[rows] = log_normal(random, profile.handle_median, HANDLE_SIGMA, len(rows))
            cases.is_automated[rows] = random.random(len(rows)) < profile.automation
        cases.crew = self.model.crew_of_queue[cases.queue]

    def _decide_by_rule(self, random: Random, cases: Cases) -> None:
        """Let automation decide its part within seconds and queue the rest for people."""
        count = len(cases)
        by_rule = cases.is_automated == 1
        soon = self.model.clock.settled(cases.received + log_normal(random, 4, 0.7, count))
        routed = self.model.clock.settled(cases.received + between(random, 2, 45, count))
        wrong = random.random(count) > AUTOMATION_ACCURACY
        cases.decision = np.where(by_rule, wrong_decisions(random, cases, wrong), -1)
        cases.decided = np.where(by_rule, soon, LATER)
        cases.queued = np.where(by_rule, -1, routed)
        cases.assigned = np.where(by_rule, -1, LATER)


def wrong_decisions(random: Random, cases: Cases, wrong: np.ndarray) -> Ints:
    """Return the right decision, or any other one where it went wrong."""
    codes = len(Decision)
    other = (cases.right_decision + between(random, 1, codes, len(cases))) % codes
    return np.where(wrong, other, cases.right_decision)
