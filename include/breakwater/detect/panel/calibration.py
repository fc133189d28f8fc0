"""From surprise to probability: how often a series of this kind was as surprising lately.

Channels are maxima, series differ and no model is right, so −ln p of the normal tail is not −ln p.
The surprises of all series of a kind over the last 60 days say what it is: the tail above the 90th
percentile is fitted by an exponential (Pickands 1975, Ann. Statist. 3). Days of events must not
make the tail longer, and leaving them out must not make it shorter: what is rarer than `AN_EVENT` is left
out, and the tail is fitted as one that is cut off there.
"""

from dataclasses import dataclass, field

import numpy as np

from breakwater.detect.panel import Flags, Floats, Panel

WINDOW_DAYS = 60
WARMING_UP_DAYS = 14
TAIL = 0.1
AN_EVENT = 10**-2.25
AFTERMATH_DAYS = 7

PRIOR_CELLS = 400
PRIOR_START = 2.9
PRIOR_LENGTH = 1.1
"""Where the tail starts and its mean length for three channels of independent normal days, a
little longer: what `PRIOR_CELLS` series-days of a kind outweigh."""

LONGEST = 4.0

LONGER_BEYOND = 1.02
"""Series of a kind differ, and a mixture of exponentials is longer beyond where it was fitted."""

_FEWEST = 20
_NO_ROOM = 0.1
_TURNS = 4


@dataclass(slots=True, eq=False)
class Tail:
    """The tail of one kind: where it starts, and its mean length."""

    start: float
    length: float

    def score(self, surprise: Floats) -> Floats:
        """Return −log10 p."""
        below = -np.log(TAIL) * surprise / self.start
        above = -np.log(TAIL) + (surprise - self.start) / self.length
        return np.asarray(np.where(surprise > self.start, above, below) / np.log(10))

    def surprise(self, score: float) -> float:
        """Return the surprise that has this −log10 p, which must be in the tail."""
        return float(self.start + self.length * (score * np.log(10) + np.log(TAIL)))


@dataclass(slots=True, eq=False)
class Calibration:
    """Surprises of the past, n × T, and which of them count.

    Attributes:
        begins: first day of the panel with a value.
        pool: surprises; NaN where one is left out.
        limits: for each kind and day, the surprise from which it was left out.
    """

    panel: Panel
    begins: int
    pool: Floats = field(init=False)
    limits: dict[str, Floats] = field(init=False)
    last_event: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.pool = np.full(self.panel.y.shape, np.nan)
        days = len(self.panel.dow)
        self.limits = {kind: np.full(days, np.inf) for kind in np.unique(self.panel.kind).tolist()}
        self.last_event = np.full(len(self.panel.y), -np.inf)

    def tails(self, t: int) -> dict[str, Tail]:
        """Fit the tail of every kind from the days before t, and leave the day's events out."""
        first = max(self.begins + WARMING_UP_DAYS, t - WINDOW_DAYS)
        days = slice(first, max(first, t))
        tails = {}
        for kind, limits in self.limits.items():
            tails[kind] = fit(self.pool[self.panel.kind == kind, days], limits[days])
            limits[t] = tails[kind].surprise(-np.log10(AN_EVENT))
        return tails

    def keep(self, t: int, surprise: Floats, score: Floats, held: Flags) -> None:
        """Remember a day; those of an event and after it are left out.

        Args:
            t: which day.
            surprise: of the day.
            score: −log10 p that it was given.
            held: rows that nobody would be told of because they were told before.
        """
        event = np.nan_to_num(score) >= -np.log10(AN_EVENT)
        self.last_event = np.where(event, t, self.last_event)
        counted = np.where(held, 1.0, np.where(np.isfinite(score), surprise, np.nan))
        self.pool[:, t] = np.where(t - self.last_event <= AFTERMATH_DAYS, np.nan, counted)


def fit(pool: Floats, limits: Floats) -> Tail:
    """Fit an exponential tail to surprises that were left out above a limit of their day.

    The likelihood of an exponential that is cut off gives its mean length as the mean found plus
    what is missing behind the limits; how many are missing shifts the percentile, by turns.

    Args:
        pool: n × d surprises of one kind, NaN where there is none.
        limits: d surprises from which they were left out.
    """
    known = np.isfinite(pool)
    of_day = known.sum(axis=0)
    count = int(of_day.sum())
    if count < _FEWEST:
        return Tail(PRIOR_START, PRIOR_LENGTH)
    # Only the upper part is looked at by turns: what is missing never shifts it by so much.
    upper = known & (pool > np.quantile(pool[known], 1 - 2 * TAIL))
    found, day = pool[upper], np.nonzero(upper)[1]
    if not len(found):
        # All but the same surprise throughout, as of a series that hardly moves.
        return Tail(max(PRIOR_START, float(pool[known].max())), PRIOR_LENGTH)
    order = np.argsort(found)
    found, day = found[order], day[order]
    lower = count - len(found)
    start, length = float(found[len(found) // 2]), PRIOR_LENGTH
    for _ in range(_TURNS):
        room = np.maximum(limits - start, _NO_ROOM)
        missing = TAIL * float((of_day * np.exp(-room / length)).sum()) / count
        place = int((count - 1) * (1 - TAIL) / (1 - missing)) - lower
        start = float(found[min(max(place, 0), len(found) - 1)])
        first = int(np.searchsorted(found, start, "right"))
        if first == len(found):
            break
        room = np.maximum(limits - start, _NO_ROOM)
        by_day = np.bincount(day[first:], minlength=len(room))
        mean = float(np.minimum(found[first:] - start, room[day[first:]]).mean())
        for _ in range(_TURNS):
            cut = float((by_day * room / np.expm1(np.minimum(room / length, 50))).sum())
            length = min(mean + cut / (len(found) - first), LONGEST)
    weight = count / (count + PRIOR_CELLS)
    return Tail(
        weight * start + (1 - weight) * PRIOR_START,
        LONGER_BEYOND * weight * length + (1 - weight) * PRIOR_LENGTH,
    )
