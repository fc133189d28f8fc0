"""When to tell: something begins once, and again only when it gets clearly worse."""

from dataclasses import dataclass

import numpy as np

from breakwater.detect.detection import Settings
from breakwater.detect.panel import Flags, Floats, Integers

HINT = 2.0
"""From this −log10 p on a day is remembered though nobody was told: only more is news."""

WORSENING = 2.0
"""By how much −log10 p must exceed that of what was told, to be told again."""

HELD = 0.5
"""The −log10 p that something begins, of a day that shows what was told before."""


@dataclass(slots=True, eq=False)
class Told:
    """What each series was last told of.

    Attributes:
        day: when it began.
        sign: in which direction.
        hinted: the last day that was told or nearly so.
        strength: −log10 p of that day.
    """

    day: Integers
    sign: Integers
    hinted: Integers
    strength: Floats

    @classmethod
    def nothing(cls, n: int) -> "Told":
        """Nobody was told of anything."""
        never = np.full(n, -(10**6))
        return cls(never, np.zeros(n, dtype=np.int64), never.copy(), np.zeros(n))

    def holds(self, t: int, score: Floats, settings: Settings) -> Flags:
        """Tell which days show no more than what was said in the days before."""
        was_told = self.strength >= settings.threshold
        enough = self.strength * np.where(was_told, WORSENING, 1.0)
        recent = t - self.hinted <= settings.refractory_days
        return np.asarray(recent & (score <= enough) & (score > HELD), dtype=np.bool_)

    def remember(self, t: int, news: Floats, counts: Flags, onset: Flags, sign: Integers) -> None:
        """Remember a day.

        Args:
            t: which day.
            news: −log10 p that something begins.
            counts: rows whose day is neither too small nor too young to be told.
            onset: rows that are told.
            sign: direction of the day.
        """
        hint = counts & (np.nan_to_num(news) >= HINT)
        self.hinted = np.where(hint, t, self.hinted)
        self.strength = np.where(hint, news, self.strength)
        self.day = np.where(onset, t, self.day)
        self.sign = np.where(onset, sign, self.sign)
