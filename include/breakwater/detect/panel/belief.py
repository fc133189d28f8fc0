"""What is believed of each series: its level, a passing swing, a habit of the week, of holidays.

One Kalman filter per series, all series at once (Harvey 1989, Forecasting, structural time series
models and the Kalman filter, ch. 3). It says how sure it is of every part, so that two weeks of
history give a wide band by themselves and not by a rule.
"""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.panel import Flags, Floats

WEEK = 7
LEVEL, SWING, MONDAY, HOLIDAY = 0, 1, 2, 9
PARTS = 10
"""Level, swing, seven weekdays, holidays."""

PULL = 2.5
"""How many standard deviations a single day may teach at most."""


@dataclass(slots=True, eq=False)
class Belief:
    """The parts of n series: means (n × 10) and covariances (n × 10 × 10), on the panel's scale."""

    mean: Floats
    cov: Floats

    @classmethod
    def empty(cls, n: int) -> "Belief":
        """Believe nothing yet."""
        return cls(np.zeros((n, PARTS)), np.zeros((n, PARTS, PARTS)))

    def pass_a_day(self, drift: Floats, swing: Floats, carry: float) -> None:
        """Let a night pass.

        Args:
            drift: variances by which levels move in a day.
            swing: variances of the passing swings.
            carry: share of a swing that is left the day after.
        """
        self.cov[:, LEVEL, LEVEL] += drift
        self.mean[:, SWING] *= carry
        self.cov[:, SWING, :] *= carry
        self.cov[:, :, SWING] *= carry
        self.cov[:, SWING, SWING] += (1 - carry**2) * swing

    def expect(self, weekday: int) -> Floats:
        """Return what an ordinary such weekday would bring."""
        part = MONDAY + weekday
        return self.mean[:, LEVEL] + self.mean[:, SWING] + self.mean[:, part]

    def reach(self, weekday: int, holiday: Flags) -> Floats:
        """Return n × 10 covariances of each part with the day's expected value."""
        part = MONDAY + weekday
        reach = self.cov[:, :, LEVEL] + self.cov[:, :, SWING] + self.cov[:, :, part]
        return reach + np.where(holiday[:, None], self.cov[:, :, HOLIDAY], 0.0)

    def doubt(self, reach: Floats, weekday: int, holiday: Flags) -> Floats:
        """Return the variance of the day's expected value."""
        part = MONDAY + weekday
        ordinary = reach[:, LEVEL] + reach[:, SWING] + reach[:, part]
        return ordinary + np.where(holiday, reach[:, HOLIDAY], 0.0)

    def learn(
        self, reach: Floats, away: Floats, variance: Floats, ordinary: Flags, holiday: Flags
    ) -> None:
        """Learn from a day; a holiday teaches about holidays and nothing else.

        Args:
            reach: of the day.
            away: found minus expected.
            variance: of that difference.
            ordinary: rows that learn from an ordinary day.
            holiday: rows that learn from a holiday.
        """
        far = np.abs(np.nan_to_num(away)) / np.sqrt(variance)
        weight = np.where(ordinary | holiday, np.minimum(1, PULL / np.maximum(far, 1e-9)), 0.0)
        gain = reach / variance[:, None]
        of_days = gain * np.where(ordinary, weight, 0.0)[:, None]
        step = np.nan_to_num(away)
        self.mean += of_days * step[:, None]
        self.cov -= of_days[:, :, None] * reach[:, None, :]
        of_holidays = np.where(holiday, weight, 0.0) * gain[:, HOLIDAY]
        self.mean[:, HOLIDAY] += of_holidays * step
        self.cov[:, HOLIDAY, HOLIDAY] -= of_holidays * reach[:, HOLIDAY]
