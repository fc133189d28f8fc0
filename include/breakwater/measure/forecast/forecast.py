"""The forecast of an instant: every open clock that is due soon, and how likely it is to be missed.

For each open clock the line before its queue says how many cases come first and, at the pace of the
last open day, when the case's turn comes, with an interval. Held against the open time that is left
until the clock is due, that is what the line says. What became of cases that stood alike corrects it
(see `likeness`). A clock is called lost when missing is likelier than not.

Everything is a function of events up to the instant. Calendars are those of the queue's site; the
clock's own may be another one and is in its due instant already.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from breakwater.measure.forecast.book import Book
from breakwater.measure.forecast.likeness import Likelihood, likelihood, numbered
from breakwater.measure.forecast.line import HOUR, Flags, Line, Lines, Pace, Standing
from breakwater.measure.forecast.open_time import NEVER, Floats, Ints

PROBE_SECONDS = 2 * HOUR
"""How far apart the instants lie at which earlier cases are looked at."""

_LEADS = np.array([1, 2, 4, 6, 9, 13, 18, 30]) * HOUR
"""Bounds of "about as long before the due instant"."""

_LOADS = np.array([0.1, 0.25, 0.5, 0.75, 1.0, 1.35, 2.0])
"""Bounds of "about as far ahead or behind": the time the line needs over the time that is left."""

_USED = np.array([0.15, 0.35, 0.6, 0.8, 0.95])
"""Bounds of "used up about as much of its target"."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How far a forecast looks.

    Attributes:
        horizon_seconds: clocks due later than this are not looked at.
        history_seconds: how far back cases that stood alike are looked for.
        likely: from this likelihood on a clock is called lost.
    """

    horizon_seconds: int
    history_seconds: int
    likely: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Open clocks of a book that are due within the horizon, one row each.

    Attributes:
        at: the instant that it is made for.
        run: number of the clock run in the book.
        standing: see `Standing`.
        ahead: cases before it in its line.
        pace: cases that leave its line per open second.
        pace_low: lower bound of an 80 % interval.
        pace_high: upper bound.
        expected: when its turn comes; `NEVER` where that cannot be told.
        earliest: at the upper bound of the pace.
        latest: at the lower bound.
        likelihood: of missing.
        will_breach: whether that reaches the limit.
    """

    at: int
    run: Ints
    standing: Ints
    ahead: Ints
    pace: Floats
    pace_low: Floats
    pace_high: Floats
    expected: Ints
    earliest: Ints
    latest: Ints
    likelihood: Likelihood
    will_breach: Flags


class Forecaster:
    """Forecasts of one book, for as many instants as are asked for."""

    def __init__(self, book: Book, settings: Settings) -> None:
        """Work out what does not depend on the instant."""
        self._book = book
        self._settings = settings
        self._lines = Lines(book)
        self._looked_back: dict[int, _Looked] = {}

    def at(self, at: int) -> Forecast:
        """Say of every open clock that is due within the horizon how likely it is to be missed.

        Args:
            at: the instant, UTC seconds; what happened after it is not looked at.
        """
        book = self._book
        pace = self._lines.pace(at)
        looked = _look(book, self._lines.at(at), pace, at, self._settings.horizon_seconds)
        seen = self._seen(at)
        missed = book.runs.stopped[seen.run] > book.runs.due[seen.run]
        both = zip(_kinds(book, seen), _kinds(book, looked), strict=True)
        nested = numbered([np.concatenate(pair) for pair in both])
        count = len(seen.run)
        likely = likelihood(
            looked.by_line,
            [each[count:] for each in nested],
            [each[:count] for each in nested],
            missed,
        )
        return _told(book, at, looked, pace, likely=likely, limit=self._settings.likely)

    def _seen(self, at: int) -> "_Looked":
        """Look back at instants before this one.

        Only clocks whose due instant has passed by now count: the others' outcome is not known.
        """
        first = max(self._book.first, at - self._settings.history_seconds)
        parts = [
            _those(looked, self._book.runs.due[looked.run] <= at)
            for probe in range(at - PROBE_SECONDS, first, -PROBE_SECONDS)
            for looked in [self._look_back(probe)]
        ]
        return _joined(parts or [_those(self._look_back(at), np.zeros(0, np.int64))])

    def _look_back(self, probe: int) -> "_Looked":
        """Look at an instant of the past, once."""
        found = self._looked_back.get(probe)
        if found is None:
            line, pace = self._lines.at(probe), self._lines.pace(probe)
            found = _look(self._book, line, pace, probe, self._settings.horizon_seconds)
            self._looked_back[probe] = found
        return found


def _told(
    book: Book, at: int, looked: "_Looked", pace: Pace, *, likely: Likelihood, limit: float
) -> Forecast:
    case = book.runs.case[looked.run]
    queue, rank = book.cases.queue[case], book.cases.rank[case]
    line = _InLine(
        book,
        queue,
        book.open_reading(queue, np.full(len(case), at, np.int64)),
        np.where(looked.standing == Standing.WAITING, looked.ahead, -1),
    )
    mean, low, high = (each[queue, rank] for each in (pace.mean, pace.low, pace.high))
    return Forecast(
        at=at,
        run=looked.run,
        standing=looked.standing,
        ahead=looked.ahead,
        pace=mean,
        pace_low=low,
        pace_high=high,
        expected=line.turn(mean),
        earliest=line.turn(high),
        latest=line.turn(low),
        likelihood=likely,
        will_breach=likely.mean >= limit,
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """Open clocks as they stand at one instant or several; `by_line` is the share that miss."""

    run: Ints
    standing: Ints
    ahead: Ints
    lead: Ints
    used: Floats
    load: Floats
    by_line: Floats


def _look(book: Book, line: Line, pace: Pace, at: int, horizon: int) -> _Looked:
    """Look at the clocks that are open at an instant and due within the horizon."""
    runs = book.runs
    is_open = (runs.started <= at) & (runs.stopped > at) & (runs.due > at)
    run = np.flatnonzero(is_open & (runs.due <= at + horizon))
    case = runs.case[run]
    queue, rank = book.cases.queue[case], book.cases.rank[case]
    due = runs.due[run]
    now = np.full(len(run), at, np.int64)
    lead = book.open_reading(queue, due) - book.open_reading(queue, now)
    ahead, standing = line.ahead[case], line.standing[case]
    mean, low, high = (each[queue, rank] for each in (pace.mean, pace.low, pace.high))
    served = mean * lead
    needed = ahead + 1.0
    load = np.where(served > 0, needed / np.maximum(served, 1e-9), np.inf)
    # Spread of what is served: chance, and not knowing the pace any better.
    spread = np.sqrt(np.maximum(served, 0.25) + ((high - low) / 2 * lead / 1.28) ** 2)
    by_line = _normal((needed - 0.5 - served) / spread)
    by_line = np.where(standing == Standing.WAITING, by_line, 0.5)
    started = runs.started[run]
    used = (at - started) / np.maximum(due - started, 1)
    return _Looked(run, standing, ahead, lead, used, load, by_line)


def _those(looked: _Looked, rows: Flags | Ints) -> _Looked:
    return _Looked(*(getattr(looked, name)[rows] for name in _Looked.__slots__))


def _joined(parts: Sequence[_Looked]) -> _Looked:
    return _Looked(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _Looked.__slots__)
    )


def _kinds(book: Book, looked: _Looked) -> list[Ints]:
    """Return what makes cases alike, from the widest kind to the narrowest.

    Tried on the simulator with queue and length of target as well: narrower kinds said no more.
    """
    waits = looked.standing == Standing.WAITING
    load = np.where(waits, np.searchsorted(_LOADS, looked.load), 0).astype(np.int64)
    lead = np.searchsorted(_LEADS, looked.lead).astype(np.int64)
    used = np.searchsorted(_USED, looked.used).astype(np.int64)
    return [
        looked.standing * (len(_LOADS) + 1) + load,
        book.runs.name[looked.run] * (len(_USED) + 1) + used,
        lead,
    ]


@dataclass(frozen=True, slots=True)
class _InLine:
    """Cases in the lines of queues; `ahead` is -1 for one that stands in none."""

    book: Book
    queue: Ints
    now: Ints
    ahead: Ints

    def turn(self, pace: Floats) -> Ints:
        """Return when the line has come to each case; `NEVER` where that cannot be told."""
        moves = (self.ahead >= 0) & (pace > 0)
        needed = np.where(moves, (self.ahead + 1) / np.where(moves, pace, 1.0), 0.0)
        # What takes longer than any calendar is laid out is never, and must not overflow.
        reading = self.now + np.minimum(np.ceil(needed), 1e12).astype(np.int64)
        at = self.book.open_instant(self.queue, np.maximum(reading, 1))
        return np.where(moves, at, NEVER)


def _normal(z: Floats) -> Floats:
    """Return the share of a normal distribution below so many standard deviations."""
    return np.array([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in z], np.float64)
