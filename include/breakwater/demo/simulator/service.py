"""Queues: who waits how long follows from what arrives and what the crew can do.

Work flows as in a fluid: each step of the day has a capacity in seconds of work, which the lanes
use up by precedence and, within a lane, in the order of arrival. A case is taken up when all work
before it in its lane has been done. What a day leaves undone waits on the next one.
"""

from dataclasses import dataclass, field

import numpy as np

from breakwater.core.days import Window
from breakwater.demo.simulator.cases import LATER
from breakwater.demo.simulator.roster import STEP
from breakwater.demo.simulator.streams import Floats, Ints

TINY = 1e-6
"""Seconds of work below which two sums are the same."""


@dataclass
class Lanes:
    """The lanes of one crew, and the work begun in each that a past day did not finish."""

    unfinished: dict[int, float] = field(default_factory=dict)

    def serve(
        self, capacity: Floats, window: Window, lane: Ints, entered: Ints, work: Floats
    ) -> Ints:
        """Return when each waiting case is taken up; `LATER` when not on this day.

        Args:
            capacity: seconds of work that the crew can do in each step of the day.
            window: the day.
            lane: precedence of each case, lowest first.
            entered: when it came into the queue, perhaps days ago; UTC seconds.
            work: how much work it is.
        """
        taken = np.full(len(lane), LATER, np.int64)
        left = capacity
        for precedence in sorted({*np.unique(lane).tolist(), *self.unfinished}):
            rows = np.flatnonzero(lane == precedence)
            rows = rows[np.argsort(entered[rows], kind="stable")]
            before = self.unfinished.get(precedence, 0.0)
            step = np.clip((entered[rows] - window.start) // STEP, 0, len(left) - 1)
            arriving = np.bincount(step, work[rows], minlength=len(left)).astype(np.float64)
            arriving[0] += before
            done = _done(arriving, left)
            ahead = (
                before + np.concatenate(([0.0], np.cumsum(work[rows])[:-1]))
                if len(rows)
                else work[rows]
            )
            at = _reached(done, ahead, window.start)
            taken[rows] = np.where(at == LATER, LATER, np.maximum(entered[rows], at))
            begun = before + float(work[rows][at != LATER].sum())
            self.unfinished[precedence] = max(0.0, begun - float(done[-1]))
            left = left - np.diff(done, prepend=0.0)
        return taken


def _done(arriving: Floats, capacity: Floats) -> Floats:
    """Return the work done up to the end of each step, when none is done before it arrives.

    Capacity that finds no work is lost; what is lost up to a step is the largest surplus so far.
    """
    possible = np.cumsum(capacity)
    surplus = possible - np.cumsum(arriving)
    return possible - np.maximum.accumulate(np.maximum(surplus, 0.0))


def _reached(done: Floats, ahead: Floats, start: int) -> Ints:
    """Return the instant at which the work ahead of each case has been done."""
    step = np.searchsorted(done, ahead + TINY, side="right")
    served = step < len(done)
    step = np.minimum(step, len(done) - 1)
    earlier = np.where(step > 0, done[np.maximum(step - 1, 0)], 0.0)
    in_step = np.maximum(done[step] - earlier, TINY)
    share = np.clip((ahead - earlier) / in_step, 0.0, 1.0)
    instant = start + ((step + share) * STEP).astype(np.int64)
    return np.where(served, instant, LATER)
