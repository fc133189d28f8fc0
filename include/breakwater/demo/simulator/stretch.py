"""The stretch of operational days that a simulation plays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from breakwater.core.days import Window, days_between

AFTERMATH_SECONDS = 40 * 24 * 3600
"""How far beyond the last day an instant may lie: waits, appeals, re-opens."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive operational days, and the one before them that fills the queues.

    Attributes:
        days: every day that is written, in order.
        warm_up: the day before the first; played, not written.
        windows: of all of them.
    """

    days: tuple[date, ...]
    warm_up: date
    windows: Mapping[date, Window]

    @classmethod
    def starting(cls, first_day: date, days: int, zone: ZoneInfo) -> Self:
        """Lay out so many days from a first one.

        Raises:
            ValueError: there is no day.
        """
        if days < 1:
            message = f"a stretch has at least one day; found {days}"
            raise ValueError(message)
        warm_up = first_day - timedelta(days=1)
        every = days_between(warm_up, warm_up + timedelta(days=days))
        windows = {day: Window.for_operational_day(day, zone) for day in every}
        return cls(tuple(every[1:]), warm_up, windows)

    @property
    def written(self) -> Window:
        """From the first instant that is written to the last."""
        return Window(self.windows[self.days[0]].start, self.windows[self.days[-1]].end)

    @property
    def horizon(self) -> Window:
        """Every instant that may come up."""
        return Window(self.windows[self.warm_up].start, self.written.end + AFTERMATH_SECONDS)
