"""Six weeks of a small operation as KPI facts, with a place to plant what is to be found."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from breakwater.warehouse.database import Database, replace_rows

FIRST_DAY = date(2026, 10, 12)
"""A Monday."""
DAYS = 42
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)

SITES = {
    "pearlline": {"manila": ("hate", "live_video"), "cebu": ("spam", "adult", "harassment")},
    "dekkan": {"hyderabad": ("spam", "adult", "hate_text")},
    "andeska": {"bogota": ("hate", "live_video"), "medellin": ("spam", "harassment")},
}
LANGUAGES = {
    "pearlline": {"en": 0.45, "tl": 0.45, "es": 0.1},
    "dekkan": {"hi": 0.6, "en": 0.4},
    "andeska": {"es": 0.6, "pt": 0.4},
}
WEEK = (1.0, 1.03, 1.0, 0.98, 1.02, 0.8, 0.72)
COLUMNS = (
    "vendor",
    "site",
    "queue",
    "policy",
    "language",
    "priority",
    "metric",
    "numerator",
    "denominator",
)

Row = tuple[object, ...]


def write_facts(warehouse: Database, facts: dict[date, list[Row]]) -> None:
    """Write the facts of some days."""
    with warehouse.transaction() as connection:
        for day, rows in facts.items():
            key = {"operational_day": day}
            replace_rows(connection, "measure.kpi_fact", key, COLUMNS, rows)


@dataclass
class Operation:
    """What happens; change the attributes before writing.

    Attributes:
        spikes: factor on arrivals by (vendor, queue, language, day).
        slowness: factor on handling by (vendor, site, first day).
        accuracy: share of right decisions by (language, first day), at every vendor.
        silent: vendor-days without an export.
        silent_queues: days on which nothing came by (vendor, queue); the rest goes on.
        shifts: factors on arrivals by (vendor, queue, language): of each day since a first one; the
            last one stays.
        pace: seconds that a case of a queue takes; 60 where it is not said.
        has_audits_and_shifts: whether planted items, critical errors and shifts are told as well.
        planted_right: share of planted items answered right by (vendor, site, first day).
        adherence: share of scheduled time in the planned state by (vendor, site, first day).
    """

    seed: int = 1
    spikes: dict[tuple[str, str, str, date], float] = field(default_factory=dict)
    slowness: dict[tuple[str, str, date], float] = field(default_factory=dict)
    accuracy: dict[tuple[str, date], float] = field(default_factory=dict)
    silent: set[tuple[str, date]] = field(default_factory=set)
    silent_queues: dict[tuple[str, str], set[date]] = field(default_factory=dict)
    shifts: dict[tuple[str, str, str], tuple[date, tuple[float, ...]]] = field(default_factory=dict)
    pace: dict[str, float] = field(default_factory=dict)
    has_audits_and_shifts: bool = False
    planted_right: dict[tuple[str, str, date], float] = field(default_factory=dict)
    adherence: dict[tuple[str, str, date], float] = field(default_factory=dict)

    def facts(self, days: int = DAYS) -> dict[date, list[Row]]:
        """Draw the facts of every day."""
        first = [FIRST_DAY + timedelta(days=n) for n in range(days)]
        return {day: list(self.rows(day)) for day in first}

    def rows(self, day: date) -> Iterator[Row]:
        """Draw the facts of one day; every leaf has a random stream of its own."""
        for vendor, sites in SITES.items():
            if (vendor, day) in self.silent:
                continue
            for site, queues in sites.items():
                if self.has_audits_and_shifts:
                    yield self._shift_time(vendor, site, day)
                for queue in queues:
                    for language, share in LANGUAGES[vendor].items():
                        leaf = (vendor, site, queue, language)
                        for metric, above, below in self._metrics(leaf, share, day):
                            policy = "spam" if queue == "spam" else "hate"
                            yield (*leaf[:3], policy, language, "p3", metric, above, below)

    def _metrics(
        self, leaf: tuple[str, str, str, str], share: float, day: date
    ) -> Iterator[tuple[str, float, float | None]]:
        vendor, site, queue, language = leaf
        name = "/".join((*leaf, day.isoformat(), str(self.seed))).encode()
        random = np.random.default_rng(list(name))
        spike = self.spikes.get((vendor, queue, language, day), 1.0)
        size = 500 * share * WEEK[day.weekday()] * np.exp(0.03 * random.standard_normal())
        spike *= self._shift((vendor, queue, language), day)
        cases = int(random.poisson(size * spike))
        if day in self.silent_queues.get((vendor, queue), ()):
            yield "backlog", int(random.poisson(size * 0.1)), None
            return
        slow = 1.0
        for (where, place, first), factor in self.slowness.items():
            if (where, place) == (vendor, site) and day >= first:
                slow *= factor
        right = 0.94
        for (tongue, first), share_right in self.accuracy.items():
            if tongue == language and day >= first:
                right = share_right
        pace = self.pace.get(queue, 60.0)
        seconds = np.sum(pace * slow * np.exp(0.6 * random.standard_normal(cases)))
        sampled = int(random.binomial(cases, 0.08))
        yield "total_incoming", cases + cases // 5, None
        yield "manual_incoming", cases, None
        yield "aht", float(round(seconds)), cases
        yield "qa_accuracy", int(random.binomial(sampled, right)), sampled
        yield "break_rate", int(random.binomial(cases, 0.015)), cases
        yield "sla_attainment", int(random.binomial(cases, 0.97)), cases
        yield (
            "average_answer_speed",
            float(round(cases * 1800 * np.exp(0.1 * random.standard_normal()))),
            cases,
        )
        yield "backlog", int(random.poisson(size * 0.4)), None
        if self.has_audits_and_shifts:
            known = _since(self.planted_right, (vendor, site), day, right)
            planted, faulted = int(random.binomial(cases, 0.03)), 0.01 + 0.1 * (0.94 - right)
            yield "golden_set_accuracy", int(random.binomial(planted, known)), planted
            yield "critical_error_rate", int(random.binomial(sampled, faulted)), sampled

    def _shift_time(self, vendor: str, site: str, day: date) -> Row:
        """Draw how well a site kept to its plan: forty people, nine in ten of their seconds."""
        random = np.random.default_rng(list(f"{vendor}/{site}/{day}/{self.seed}".encode()))
        usual = _since(self.adherence, (vendor, site), day, 0.9)
        planned = 40 * 7 * 3600
        kept = round(planned * min(usual + 0.012 * random.standard_normal(), 1.0))
        return vendor, site, "none", "none", "none", "none", "schedule_adherence", kept, planned

    def _shift(self, stream: tuple[str, str, str], day: date) -> float:
        """Return the factor of a day: that of the last one stays."""
        if stream not in self.shifts:
            return 1.0
        first, factors = self.shifts[stream]
        since = (day - first).days
        return 1.0 if since < 0 else factors[min(since, len(factors) - 1)]


def _since(
    changes: dict[tuple[str, str, date], float], where: tuple[str, str], day: date, usual: float
) -> float:
    """Return what a change at a site makes of a share from its first day on."""
    for (vendor, site, first), share in changes.items():
        if (vendor, site) == where and day >= first:
            return share
    return usual
