"""How far back a report looks, and what it calls usual."""

from dataclasses import dataclass

HISTORY_DAYS = 28
"""Days before the digest's day: four of each weekday."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a report compares with.

    Attributes:
        history: how many days, weeks or months are read before the one that is told.
        alike: how far back those are whose median is usual.
        shown: how many a trend shows, the one that is told included.
    """

    history: int
    alike: tuple[int, ...]
    shown: int


DAILY = Rhythm(history=HISTORY_DAYS, alike=(7, 14, 21, 28), shown=14)
"""The same weekday of four weeks."""

PERIODIC = Rhythm(history=8, alike=(1, 2, 3, 4), shown=8)
"""The four weeks or months before."""
