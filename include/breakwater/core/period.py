"""A day, a week or a month of operational days: what a report is about."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from breakwater.core.days import parse_day

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DECEMBER = 12


class PeriodKind(StrEnum):
    """How long a report looks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole operational days, both ends included. A week begins on Monday (ISO 8601)."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def containing(cls, kind: PeriodKind, day: date) -> "Period":
        """Return the period of a kind that a day belongs to."""
        if kind is PeriodKind.DAY:
            return cls(kind, day, day)
        if kind is PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=6))
        first = day.replace(day=1)
        after = (
            date(day.year + 1, 1, 1)
            if day.month == _DECEMBER
            else first.replace(month=day.month + 1)
        )
        return cls(kind, first, after - timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2026-11-22``, ``2026-W47`` or ``2026-11``.

        Raises:
            ValueError: the text names no day, week or month.
        """
        try:
            if week := _WEEK.fullmatch(text):
                monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
                return cls.containing(PeriodKind.WEEK, monday)
            if month := _MONTH.fullmatch(text):
                return cls.containing(PeriodKind.MONTH, date(int(month[1]), int(month[2]), 1))
            return cls.containing(PeriodKind.DAY, parse_day(text))
        except ValueError as error:
            message = (
                f"a day, week or month is written 2026-11-22, 2026-W47 or 2026-11; found {text!r}"
            )
            raise ValueError(message) from error

    def before(self, count: int) -> "Period":
        """Return the period so many before this one."""
        found = self
        for _ in range(count):
            found = Period.containing(self.kind, found.first - timedelta(days=1))
        return found

    @property
    def name(self) -> str:
        """``2026-11-22``, ``2026-W47`` or ``2026-11``: what `parse` reads."""
        if self.kind is PeriodKind.DAY:
            return self.first.isoformat()
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}"

    @property
    def long_title(self) -> str:
        """``Sunday 22 November 2026``, ``Week 47, 16 to 22 November 2026`` or ``November 2026``."""
        first, last = self.first, self.last
        if self.kind is PeriodKind.DAY:
            return f"{last:%A} {last.day} {last:%B %Y}"
        if self.kind is PeriodKind.MONTH:
            return f"{last:%B %Y}"
        begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
        return f"Week {first.isocalendar().week}, {begin} to {last.day} {last:%B %Y}"

    @property
    def short_title(self) -> str:
        """``Sun 22 Nov``, ``week 47`` or ``Nov 2026``."""
        if self.kind is PeriodKind.DAY:
            return f"{self.last:%a} {self.last.day} {self.last:%b}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.last:%b %Y}"
        return f"week {self.first.isocalendar().week}"
