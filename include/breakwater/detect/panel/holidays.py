"""What a public holiday does to the series of a region and kind, and how unlike they are in that.

The day itself speaks, too: when most series of a region fall together on a known holiday, that is
the holiday. A series may differ from the others; how far they do is learned from all of them.
"""

from dataclasses import dataclass, field

import numpy as np

from breakwater.detect.panel import Flags, Floats, Panel
from breakwater.detect.panel.belief import HOLIDAY, MONDAY, Belief

ALIKE = 3
"""So many values behind an effect weigh as much as the assumption that there is none."""

SURE = 2.0
CLOSED = -1.5
"""A weekday on which a series has nearly nothing to lose anyway, on the scale."""

_FURTHEST = 9.0
_NONE_KNOWN = 20.0


@dataclass(slots=True, eq=False)
class Holidays:
    """What was seen on the holidays so far.

    Attributes:
        seen: differences from ordinary days, by region and kind.
        excess: sum of squares beyond the usual scatter, and of days, by kind.
        met: series that had a holiday.
    """

    panel: Panel
    seen: dict[tuple[int, str], list[Floats]] = field(default_factory=dict)
    excess: dict[str, tuple[float, float]] = field(default_factory=dict)
    met: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.met = np.zeros(len(self.panel.kind), dtype=np.bool_)

    def expect(
        self,
        x: Floats,
        variance: Floats,
        belief: Belief,
        weekday: int,
        today: Flags,
    ) -> Floats:
        """Return what is usual on this day, where it is a holiday and where it is not.

        Args:
            x: the day on its scale.
            variance: of its difference from what an ordinary such weekday would bring.
            belief: how each series is unlike the others on holidays; a series that meets its
                first one takes over how unlike its kind is.
            weekday: which one it is.
            today: rows whose day is a holiday.
        """
        ordinary = belief.expect(weekday)
        if not today.any():
            return ordinary
        habit = belief.mean[:, MONDAY + weekday]
        expected = ordinary.copy()
        spread = np.zeros(len(x))
        for kind in np.unique(self.panel.kind).tolist():
            same = today & (self.panel.kind == kind)
            for region in np.unique(self.panel.region[same]).tolist():
                rows = np.flatnonzero(same & (self.panel.region == region))
                closed = habit[rows] < CLOSED
                effect = self._effect(region, kind, (x - ordinary)[rows][~closed])
                usual = ordinary[rows] + belief.mean[rows, HOLIDAY] + effect
                self._compare(kind, (x[rows] - usual)[~closed], variance[rows][~closed])
                # Where nobody works anyway a holiday changes little, or as much as elsewhere.
                least, most = np.minimum(ordinary[rows], usual), np.maximum(ordinary[rows], usual)
                nearest = np.clip(np.nan_to_num(x[rows]), least, most)
                expected[rows] = np.where(closed, nearest, usual)
            spread[same] = self._unlike(kind)
        new = today & ~self.met
        belief.cov[:, HOLIDAY, HOLIDAY] = np.where(new, spread, belief.cov[:, HOLIDAY, HOLIDAY])
        self.met |= new
        return expected

    def _effect(self, region: int, kind: str, away: Floats) -> float:
        past = self.seen.setdefault((region, kind), [])
        past.append(away[np.isfinite(away)])
        known = np.concatenate(past)
        if len(known) < ALIKE:
            return 0.0
        effect = float(np.median(known)) * len(known) / (len(known) + ALIKE)
        error = float(np.std(np.clip(known - effect, -0.5, 0.5))) / np.sqrt(len(known))
        return effect if abs(effect) >= SURE * 1.25 * error else 0.0

    def _compare(self, kind: str, away: Floats, variance: Floats) -> None:
        known = np.isfinite(away)
        square = np.minimum(away[known] ** 2 / variance[known], _FURTHEST)
        total, days = self.excess.get(kind, (0.0, _NONE_KNOWN))
        total += float(((square - 1) * variance[known]).sum())
        self.excess[kind] = total, days + int(known.sum())

    def _unlike(self, kind: str) -> float:
        total, days = self.excess.get(kind, (0.0, _NONE_KNOWN))
        return max(total / days, 0.0)
