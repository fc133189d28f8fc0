"""KPIs of a scope: the day's figure, what is usual for its weekday, and the days before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

from breakwater.contracts.metrics import METRICS
from breakwater.report.answers import HISTORY_DAYS, Track

WEEK = 7
FEWEST_WEEKS = 2
"""Weeks before the day without which nothing is called usual."""

SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and how many cases are behind it.

    Attributes:
        value: in the metric's own unit.
        cases: the denominator; of a count, the count itself.
    """

    value: float
    cases: float


class Figures:
    """Sums of a scope's tracks; every metric of every day is one of them."""

    def __init__(self, day: date, tracks: Iterable[Track]) -> None:
        """Keep tracks by metric."""
        self.day = day
        self._tracks: dict[str, list[Track]] = {}
        for track in tracks:
            self._tracks.setdefault(track.metric, []).append(track)

    def vendors(self) -> list[str]:
        """List the vendors that have a figure of this day, in order."""
        return sorted({track.vendor for track in self._all() if track.numerators[-1] is not None})

    def queues(self) -> list[str]:
        """List the queues that have a figure of this day, in order."""
        return sorted({track.queue for track in self._all() if track.numerators[-1] is not None})

    def figure(
        self, metric: str, *, vendor: str | None = None, queue: str | None = None, back: int = 0
    ) -> Figure | None:
        """Return the figure of a metric so many days back; None when nobody counted anything."""
        above, below, seen = 0.0, 0.0, False
        place = HISTORY_DAYS - back
        for track in self._tracks.get(metric, ()):
            if vendor in {None, track.vendor} and queue in {None, track.queue}:
                numerator = track.numerators[place]
                if numerator is not None:
                    above, seen = above + numerator, True
                    below += track.denominators[place] or 0.0
        if not seen:
            return None
        if METRICS[metric].denominator is None:
            return Figure(above, above)
        return Figure(above / below, below) if below > 0 else None

    def usual(
        self, metric: str, *, vendor: str | None = None, queue: str | None = None
    ) -> float | None:
        """Return the median of the same weekday in the weeks before; None with too few of them."""
        before = [
            self.figure(metric, vendor=vendor, queue=queue, back=back)
            for back in range(WEEK, HISTORY_DAYS + 1, WEEK)
        ]
        known = [figure.value for figure in before if figure is not None]
        return median(known) if len(known) >= FEWEST_WEEKS else None

    def trend(
        self, metric: str, *, vendor: str | None = None, queue: str | None = None
    ) -> tuple[float | None, ...]:
        """Return the last `SHOWN_DAYS` values, this day's last; None where there is none."""
        found = [
            self.figure(metric, vendor=vendor, queue=queue, back=back)
            for back in reversed(range(SHOWN_DAYS))
        ]
        return tuple(None if figure is None else figure.value for figure in found)

    def _all(self) -> Iterator[Track]:
        for tracks in self._tracks.values():
            yield from tracks
