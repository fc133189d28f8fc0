"""When what is usual has moved: a new level is believed at once, and the old one not forgotten.

A level that only drifts would take weeks to follow a shift, and every day of them would look
abnormal. Three or seven days that agree move it. For ten days after that both levels are usual, so
that a spike of three days that ends, or a shift that is taken back, is no news; if the old level
fits again, it counts again.
"""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats, Integers
from breakwater.detect.panel.belief import LEVEL, MONDAY, WEEK, Belief
from breakwater.detect.panel.channels import CHANNELS, CLIP, recent_sum
from breakwater.detect.panel.robust import median

AGREEING_DAYS = CHANNELS[1:]
CERTAIN = 3.6
"""Standard deviations of a sum from which the level moves, and never before people are told."""

BOTH_DAYS = 10
"""How long the old level stays usual as well."""

BACK_DAYS = 2
HABIT_CHANGED = 3.5
"""A surprise of this size on the same weekday, twice running, is a new habit of that weekday."""


@dataclass(slots=True, eq=False)
class Moves:
    """What moved in n series.

    Attributes:
        before: level before the last move; NaN without one.
        left: days for which that level is still usual.
        since: days since the level was set anew, today included.
        back: days running on which the old level fits better.
        last_week: surprise of each weekday when it was last seen.
    """

    before: Floats
    left: Integers
    since: Integers
    back: Integers
    last_week: Floats

    @classmethod
    def none(cls, n: int) -> "Moves":
        """Nothing has moved."""
        zero = np.zeros(n, dtype=np.int64)
        return cls(np.full(n, np.nan), zero, zero.copy(), zero.copy(), np.zeros((n, WEEK)))

    def offset(self, belief: Belief) -> Floats:
        """Return how far the old level is above the present one; 0 where it no longer counts."""
        return np.where(self.left > 0, self.before - belief.mean[:, LEVEL], 0.0)

    def follow(
        self,
        belief: Belief,
        z: Floats,
        away: Floats,
        noise: Floats,
        *,
        told_from: Floats,
        learns: Flags,
    ) -> None:
        """Move levels that the last days contradict.

        Args:
            belief: what is believed after the day was learned.
            z: n × d surprises of the last days in standard deviations, today last.
            away: the same in the unit of the scale.
            noise: variance of a day.
            told_from: standard deviations from which people are told.
            learns: rows whose day counts; holidays and missing days do not.
        """
        n = len(z)
        span, step = np.zeros(n, dtype=np.int64), np.zeros(n)
        for days in AGREEING_DAYS:
            total, seen = recent_sum(np.clip(z, -CLIP, CLIP), self.since, days)
            signs, _ = recent_sum(np.sign(z), self.since, days)
            certain = np.abs(total) / np.sqrt(np.maximum(seen, 1)) > np.maximum(CERTAIN, told_from)
            certain &= (seen == days) & (span == 0) & learns
            if days == AGREEING_DAYS[0]:
                certain &= np.abs(signs) == days
            middle = median(away[:, -days:], axis=1)
            step, span = np.where(certain, middle, step), np.where(certain, days, span)
        moved = span > 0
        old = belief.mean[:, LEVEL].copy()
        belief.mean[:, LEVEL] += step
        belief.cov[:, LEVEL, LEVEL] += np.where(moved, noise / np.maximum(span, 1), 0.0)
        self.before = np.where(moved, old, self.before)
        self.since = np.where(moved, 0, self.since)
        self.left = np.maximum(np.where(moved, BOTH_DAYS + 1, self.left) - 1, 0)

    def go_back(self, belief: Belief, now: Floats, learns: Flags) -> None:
        """Return to an old level that fits better again.

        Args:
            belief: what is believed after the day was learned.
            now: the day without its weekday and its swing.
            learns: rows whose day counts.
        """
        level = belief.mean[:, LEVEL]
        nearer = np.abs(now - self.before) < np.abs(now - level)
        inside = (self.left > 0) & (self.left < BOTH_DAYS) & learns
        self.back = np.where(inside & nearer, self.back + 1, np.where(learns, 0, self.back))
        self.back = np.where(self.left > 0, self.back, 0)
        returns = self.back >= BACK_DAYS
        old = np.where(returns, level, self.before)
        belief.mean[:, LEVEL] = np.where(returns, self.before, level)
        self.before, self.back = old, np.where(returns, 0, self.back)

    def change_habit(
        self,
        belief: Belief,
        weekday: int,
        z: Floats,
        *,
        away: Floats,
        noise: Floats,
        learns: Flags,
    ) -> None:
        """Believe a weekday that surprised in the same way a week ago, and no level moved since.

        Args:
            belief: what is believed after the day was learned.
            weekday: of the day.
            z: how far it was from usual, in standard deviations.
            away: how far it still is, on the scale.
            noise: variance of a day.
            learns: rows whose day counts.
        """
        part, before = MONDAY + weekday, self.last_week[:, weekday]
        again = (
            learns
            & (self.left == 0)
            & (np.abs(z) > HABIT_CHANGED)
            & (np.abs(before) > HABIT_CHANGED)
        )
        again &= z * before > 0
        belief.mean[:, part] += np.where(again, np.nan_to_num(away), 0.0)
        belief.cov[:, part, part] += np.where(again, noise, 0.0)
        kept = np.where(learns, z, before)
        self.last_week[:, weekday] = np.where(again, 0.0, kept)
