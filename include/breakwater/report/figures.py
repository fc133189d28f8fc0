"""KPIs of a scope: the figure of a day or period, what is usual for it, and those before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from breakwater.contracts.metrics import METRICS
from breakwater.report.rhythm import DAILY, Rhythm
from breakwater.warehouse.tracks import Track

FEWEST_ALIKE = 2
"""Days or periods alike without which nothing is called usual."""


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

    def __init__(self, day: date, tracks: Iterable[Track], rhythm: Rhythm = DAILY) -> None:
        """Keep tracks by metric; each has `rhythm.history` + 1 values, the last of `day`."""
        self.day = day
        self.rhythm = rhythm
        self._tracks: dict[str, list[Track]] = {}
        self._vendors, self._queues = set[str](), set[str]()
        for track in tracks:
            self._tracks.setdefault(track.metric, []).append(track)
            if track.numerators[-1] is not None:
                self._vendors.add(track.vendor)
                self._queues.add(track.queue)

    def vendors(self) -> list[str]:
        """List the vendors that have a figure of this day, in order."""
        return sorted(self._vendors)

    def queues(self) -> list[str]:
        """List the queues that have a figure of this day, in order."""
        return sorted(self._queues)

    def figure(
        self, metric: str, *, vendor: str | None = None, queue: str | None = None, back: int = 0
    ) -> Figure | None:
        """Return the figure of a metric so many steps back; None when nobody counted anything."""
        above, below, seen = 0.0, 0.0, False
        place = self.rhythm.history - back
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
        """Return the median of those alike; None with too few of them."""
        before = [
            self.figure(metric, vendor=vendor, queue=queue, back=back) for back in self.rhythm.alike
        ]
        known = [figure.value for figure in before if figure is not None]
        return median(known) if len(known) >= FEWEST_ALIKE else None

    def trend(
        self, metric: str, *, vendor: str | None = None, queue: str | None = None
    ) -> tuple[float | None, ...]:
        """Return the last values, the one that is told last; None where there is none."""
        found = [
            self.figure(metric, vendor=vendor, queue=queue, back=back)
            for back in reversed(range(self.rhythm.shown))
        ]
        return tuple(None if figure is None else figure.value for figure in found)
