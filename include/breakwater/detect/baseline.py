"""What a day usually looks like: a level of the last weeks plus the habit of the weekday."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats, Integers, Panel, Words
from breakwater.detect.robust import huber_mean, median

WINDOW_DAYS = 56
LEVEL_DAYS = 21
LEVEL_WIDTH = 1.5
WEEK = 7
FULL_WEEK = 4
"""Days a week needs before its median counts as the week's level."""

TRUST_IN_OWN_WEEKS = 1.5
"""With w weeks a series' own weekday habit has the weight w / (w + this), its kind's the rest."""

TRUST_IN_HOLIDAYS = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Expected values on the panel's scale from the days before; holidays never teach it.

    Attributes:
        x: n × T values on their scale.
        usual: the same without holidays.
        dow: T weekdays.
        kind: n kinds; series of a kind lend each other their weekday habit.
    """

    x: Floats
    usual: Floats
    dow: Integers
    kind: Words

    @classmethod
    def of(cls, panel: Panel, x: Floats) -> "Baseline":
        """Prepare it for a panel whose values are on their scale."""
        return cls(x, np.where(panel.hol[panel.region], np.nan, x), panel.dow, panel.kind)

    def expect(self, t: int) -> Floats:
        """Return the expected value of day t from days before t alone."""
        past = np.ascontiguousarray(self.usual[:, max(0, t - WINDOW_DAYS) : t])
        weekdays = self.dow[max(0, t - WINDOW_DAYS) : t]
        habit = self._habit(past, weekdays)
        level = huber_mean((past - habit[:, weekdays])[:, -LEVEL_DAYS:], LEVEL_WIDTH)
        return level + habit[:, self.dow[t]]

    def _habit(self, past: Floats, weekdays: Integers) -> Floats:
        """Return n × 7 differences of weekdays from their week, own ones shrunk to the kind's."""
        weeks = past.shape[1] // WEEK
        recent = past[:, past.shape[1] - weeks * WEEK :].reshape(len(past), weeks, WEEK)
        seen = np.isfinite(recent).sum(axis=2)
        week_level = np.where(seen >= FULL_WEEK, median(recent, axis=2), np.nan)
        away = recent - week_level[:, :, None]
        own = median(away, axis=1)
        trust = np.isfinite(away).sum(axis=1).astype(np.float64)
        trust /= trust + TRUST_IN_OWN_WEEKS
        habit = np.zeros((len(past), WEEK))
        for kind in np.unique(self.kind):
            rows = self.kind == kind
            pooled = np.nan_to_num(median(own[rows], axis=0))
            shrunk = trust[rows] * own[rows] + (1 - trust[rows]) * pooled
            habit[rows] = np.where(np.isfinite(own[rows]), shrunk, pooled)
        by_weekday = np.empty_like(habit)
        by_weekday[:, weekdays[-WEEK:]] = habit
        return by_weekday


def holiday_effect(past: Floats, today: Flags, region: Integers, kind: Words) -> Floats:
    """Return what holidays did to the series of a region and kind so far; zero if unknown.

    Args:
        past: n × t differences from the expected value on past holidays, NaN on other days.
        today: n flags, whether the day is a holiday for the series.
        region: n regions.
        kind: n kinds.
    """
    effect = np.zeros(len(past))
    for place in np.unique(region[today]):
        for sort in np.unique(kind):
            rows = (region == place) & (kind == sort)
            known = np.isfinite(past[rows])
            days = known.any(axis=0).sum()
            if days:
                middle = float(np.median(past[rows][known]))
                effect[rows] = middle * days / (days + TRUST_IN_HOLIDAYS)
    return effect
