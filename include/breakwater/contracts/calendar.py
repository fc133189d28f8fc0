"""Business calendars as configuration: shifts by weekday, holidays, exceptions, versions, rules.

A calendar that changes is two calendars, named ``manila`` and ``manila@2025`` (or any other word
after the ``@``), each effective for its days. The one in force on the operational day on which a
clock starts counts for the whole of that clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.case_kind import CaseKind
from breakwater.contracts.edges import StatedEdges
from breakwater.core.calendar import DAY, HOUR, Schedule, Span

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as unknown:  # a folder, a path outside
        message = f"an IANA time zone such as Asia/Manila; found {name!r}"
        raise ValueError(message) from unknown
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


def shift_span(shift: str) -> Span:
    """Return a shift as seconds after midnight: ``22:00-30:00`` is 79,200 to 108,000."""
    start, end = (_wall_seconds(bound) for bound in shift.split("-"))
    return start, end


def _wall_seconds(shown: str) -> int:
    hours, minutes, *seconds = (int(part) for part in shown.split(":"))
    return hours * HOUR + minutes * 60 + sum(seconds)


def _possible_shift(shift: str) -> str:
    start, end = shift_span(shift)
    if not (start < DAY and start < end <= 2 * DAY):
        message = f"a start before 24:00 and an end after it, at most 48:00; found {shift!r}"
        raise ValueError(message)
    return shift


Shift = Annotated[
    str,
    Field(pattern=r"^\d{2}:[0-5]\d(:[0-5]\d)?-\d{2}:[0-5]\d(:[0-5]\d)?$"),
    AfterValidator(_possible_shift),
]
"""``09:00-17:00``; an end above ``24:00`` spills into the next day (``22:00-30:00``)."""


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = (int(part) for part in text.split("-"))
    return month, day


def _possible_date(text: str) -> str:
    try:
        date(2024, *_month_and_day(text))  # a leap year: 02-29 is a date in some
    except ValueError as error:
        message = f"a month and a day such as 12-24; found {text!r}"
        raise ValueError(message) from error
    return text


YearlyDate = Annotated[str, Field(pattern=r"^\d{2}-\d{2}$"), AfterValidator(_possible_date)]
"""``12-24``: that day of every year."""


class PublicHolidays(Contract):
    """Public holidays of a country or of one of its subdivisions, from the `holidays` package."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    subdivision: str | None = None


class Calendar(StatedEdges):
    """When a site works, and what its clocks do at the edges of that unless they say so themselves."""

    zone: ZoneName
    weekly: dict[Weekday, tuple[Shift, ...]] = Field(default_factory=dict)
    """Several shifts a day where the site closes in between; may be left out only where
    `overrides` name every working day."""
    holidays: PublicHolidays | None = None
    """Closed on these days; a 24×7 site leaves it out."""
    additions: tuple[date, ...] = ()
    """Further closed days."""
    exceptions: tuple[date, ...] = ()
    """Public holidays on which the site works all the same."""
    overrides: dict[date, tuple[Shift, ...]] = Field(default_factory=dict)
    """Shifts of single dates, whatever the week and the holidays say."""
    yearly: tuple[YearlyDate, ...] = ()
    """Closed on these days of every year; exceptions and overrides name dates on which it is not."""
    breaks: dict[date, tuple[Shift, ...]] = Field(default_factory=dict)
    """Stretches of single dates in which nobody works, whatever the shifts say: a drill, a move."""
    repeated_hour: Literal["counts_twice", "counts_once"] = "counts_twice"
    """The hour that a wall clock shows twice in autumn is worked twice, so real seconds count; some
    engines subtract wall clocks, and a contract that was reckoned so says `counts_once`."""

    @model_validator(mode="after")
    def _says_one_thing_of_a_day(self) -> "Calendar":
        twice = sorted(
            set(self.additions) & set(self.exceptions)
            | set(self.overrides) & {*self.additions, *self.exceptions}
        )
        if twice:
            message = (
                f"each date in one of additions, exceptions, overrides; found {twice[0]} twice"
            )
            raise ValueError(message)
        if not any(self.weekly.values()) and not any(self.overrides.values()):
            message = "weekly must hold at least one shift, or overrides must"
            raise ValueError(message)
        return self

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    def schedule(self, public_holidays: Iterable[date] = ()) -> Schedule:
        """Return the rules of the calendar, given the public holidays of the years in question."""
        closed = (set(public_holidays) - set(self.exceptions)) | set(self.additions)
        weekly = tuple(
            tuple(map(shift_span, self.weekly.get(day, ()))) for day in get_args(Weekday)
        )
        special: dict[date, tuple[Span, ...]] = dict.fromkeys(closed, ())
        # An exception to a yearly holiday is an ordinary day of its week.
        special |= {day: weekly[day.weekday()] for day in self.exceptions}
        special |= {day: tuple(map(shift_span, shifts)) for day, shifts in self.overrides.items()}
        return Schedule(
            self.zone_info,
            weekly,
            tuple(sorted(special.items())),
            frozenset(map(_month_and_day, self.yearly)),
            tuple((day, tuple(map(shift_span, gaps))) for day, gaps in sorted(self.breaks.items())),
            self.repeated_hour,
        )


class CalendarRule(CaseKind):
    """Which cases a calendar serves; an empty list means all."""

    calendar: str

    def covers(self, case: Mapping[str, str | None]) -> bool:
        """Tell whether a case is meant: see `CaseKind.fits`."""
        return self.fits(case)


def versions_of(calendars: Mapping[str, Calendar], name: str) -> list[tuple[str, Calendar]]:
    """Return the versions of a calendar with their full names, earliest first."""
    found = [each for each in calendars.items() if each[0].partition("@")[0] == name]
    return sorted(found, key=lambda each: each[1].effective_from or date.min)


def contradictions(calendars: Mapping[str, Calendar]) -> Iterator[str]:
    """Find calendars whose versions do not have every day once."""
    for name in sorted({full.partition("@")[0] for full in calendars}):
        versions = [calendar for _, calendar in versions_of(calendars, name)]
        whole = versions[0].effective_from is None and versions[-1].effective_to is None
        joined = all(
            earlier.effective_to
            and later.effective_from == earlier.effective_to + timedelta(days=1)
            for earlier, later in pairwise(versions)
        )
        if not (whole and joined):
            yield f"versions of {name} that have every day once: no gap, no overlap, no end"
