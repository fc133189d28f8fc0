"""The line before each queue at an instant: who waits where in it, and how fast it moves.

Cases of a queue are taken up by priority, and within a priority by age. A case from which several
younger ones of its priority have been taken is no longer in that order: somebody passed it over,
and its place says nothing about when its turn comes.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from breakwater.measure.forecast.book import Book
from breakwater.measure.forecast.open_time import Floats, Ints

HOUR = 3600
FEWEST_OPEN_SECONDS = 6 * HOUR
"""Open time from which a pace may be read; where the last day has less, more days are looked at."""

PACE_DAYS = (1, 3, 7, 14)
PASSED_BY = 4
"""Reviewers work side by side, so a few younger cases may be taken first without meaning anything."""

Z_80 = 1.2815515655446004
"""Bounds of an interval that holds in four of five cases lie so many standard deviations apart."""

Flags = npt.NDArray[np.bool_]


class Standing(IntEnum):
    """Where an open case stands."""

    WAITING = 0
    PASSED_OVER = 1
    IN_WORK = 2
    PAUSED = 3
    ELSEWHERE = 4
    """In no queue: received and not queued yet, or decided and not closed."""


@dataclass(frozen=True, slots=True)
class Line:
    """Every case at an instant.

    Attributes:
        standing: of each case; meaningless for one that is not open.
        ahead: cases before it in its line; of one that does not wait, nothing.
    """

    standing: Ints
    ahead: Ints


@dataclass(frozen=True, slots=True)
class Pace:
    """Cases that leave each line per open second, by queue and by rank of priority.

    A case also waits for the more urgent ones that come in meanwhile, so the pace of its rank is
    what the queue does less what comes in above it.

    Attributes:
        mean: the pace.
        low: lower bound of an 80 % interval.
        high: upper bound.
    """

    mean: Floats
    low: Floats
    high: Floats


class Lines:
    """The lines of a book; what does not depend on the instant is worked out once."""

    def __init__(self, book: Book) -> None:
        """Sort the cases as they are served."""
        cases = book.cases
        self._book = book
        self.ranks = int(cases.rank.max(initial=0)) + 1
        self._order = np.lexsort((cases.entered, cases.rank, cases.queue))
        group = (cases.queue * self.ranks + cases.rank)[self._order]
        queue = cases.queue[self._order]
        # Rows of a queue, and of a priority in it, are neighbours in the order.
        self._queue_start = np.searchsorted(queue, queue, side="left")
        self._group_last = np.searchsorted(group, group, side="right") - 1

    def at(self, at: int) -> Line:
        """Return where every case stands at an instant."""
        cases, order = self._book.cases, self._order
        waits = (cases.entered <= at) & (cases.taken > at) & (cases.done > at)
        gone = (cases.entered <= at) & (cases.taken <= at)
        left = np.cumsum(gone[order])
        younger_gone: Ints = left[self._group_last] - left
        passed = np.empty(len(order), np.bool_)
        passed[order] = younger_gone >= PASSED_BY
        in_line = waits & ~passed
        count = np.cumsum(in_line[order])
        before = np.where(self._queue_start > 0, count[self._queue_start - 1], 0)
        ahead = np.zeros(len(order), np.int64)
        ahead[order] = count - before - in_line[order]
        return Line(self._standing(at, waits, passed), np.where(in_line, ahead, 0))

    def _standing(self, at: int, waits: Flags, passed: Flags) -> Ints:
        cases = self._book.cases
        is_paused = (cases.paused <= at) & (cases.resumed > at)
        in_work = (cases.taken <= at) & (cases.done > at)
        standing = np.full(len(waits), int(Standing.ELSEWHERE), np.int64)
        standing[in_work] = Standing.IN_WORK
        standing[waits] = np.where(passed[waits], Standing.PASSED_OVER, Standing.WAITING)
        standing[is_paused] = Standing.PAUSED
        return standing

    def pace(self, at: int) -> Pace:
        """Return how fast each line moved, over the shortest stretch that can tell."""
        shape = (len(self._book.queues), self.ranks)
        mean, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        undecided = np.ones(shape[0], np.bool_)
        every = np.arange(shape[0], dtype=np.int64)
        now = self._book.open_reading(every, np.full(shape[0], at, np.int64))
        for days in PACE_DAYS:
            since = max(at - days * 24 * HOUR, self._book.first)
            before = self._book.open_reading(every, np.full(shape[0], since, np.int64))
            open_seconds = now - before
            ready = undecided & (open_seconds >= FEWEST_OPEN_SECONDS)
            if ready.any():
                found = self._pace_since(since, at, np.maximum(open_seconds, 1))
                for own, new in zip((mean, low, high), found, strict=True):
                    own[ready] = new[ready]
            undecided &= ~ready
        return Pace(mean, low, high)

    def _pace_since(self, since: int, at: int, open_seconds: Ints) -> tuple[Floats, Floats, Floats]:
        """Return mean and bounds of the pace, by queue and rank."""
        cases = self._book.cases
        served = (cases.taken > since) & (cases.taken <= at) & (cases.entered <= at)
        shape = (len(open_seconds), self.ranks)
        left = np.bincount(cases.queue[served], minlength=shape[0]).astype(np.float64)
        came = (cases.entered > since) & (cases.entered <= at)
        place = cases.queue[came] * self.ranks + cases.rank[came]
        arrived = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
        more_urgent = np.cumsum(arrived, axis=1) - arrived
        rates = (
            np.maximum(count[:, None] - more_urgent, 0.0) / open_seconds[:, None]
            for count in (left, *poisson_bounds(left))
        )
        mean, low, high = rates
        return mean, low, high


def poisson_bounds(count: Floats) -> tuple[Floats, Floats]:
    """Return an 80 % interval of the mean behind a Poisson count.

    Wilson and Hilferty's approximation of the chi-squared quantiles (PNAS 17, 1931), which is within
    a percent of the exact interval from a count of one on; of none, the lower bound is none.
    """
    n = np.maximum(count, 1e-9)
    low = n * np.maximum(1 - 1 / (9 * n) - Z_80 / (3 * np.sqrt(n)), 0.0) ** 3
    above = count + 1
    high = above * (1 - 1 / (9 * above) + Z_80 / (3 * np.sqrt(above))) ** 3
    return np.where(count > 0, low, 0.0), high
