"""Business calendars as configuration: shifts by weekday, public holidays, exceptions."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from breakwater.contracts.base import Contract
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
    start, end = (
        int(hours) * HOUR + int(minutes) * 60
        for hours, minutes in (bound.split(":") for bound in shift.split("-"))
    )
    return start, end


def _possible_shift(shift: str) -> str:
    start, end = shift_span(shift)
    if not (start < DAY and start < end <= 2 * DAY):
        message = f"a start before 24:00 and an end after it, at most 48:00; found {shift!r}"
        raise ValueError(message)
    return shift


Shift = Annotated[
    str, Field(pattern=r"^\d{2}:[0-5]\d-\d{2}:[0-5]\d$"), AfterValidator(_possible_shift)
]
"""``09:00-17:00``; an end above ``24:00`` spills into the next day (``22:00-30:00``)."""


class PublicHolidays(Contract):
    """Public holidays of a country or of one of its subdivisions, from the `holidays` package."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    subdivision: str | None = None


class Calendar(Contract):
    """When a site works."""

    zone: ZoneName
    weekly: dict[Weekday, tuple[Shift, ...]] = Field(min_length=1)
    holidays: PublicHolidays | None = None
    """Closed on these days; a 24×7 site leaves it out."""
    additions: tuple[date, ...] = ()
    """Further closed days."""
    exceptions: tuple[date, ...] = ()
    """Public holidays on which the site works all the same."""
    overrides: dict[date, tuple[Shift, ...]] = Field(default_factory=dict)
    """Shifts of single dates, whatever the week and the holidays say."""

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
        if not any(self.weekly.values()):
            message = "weekly must hold at least one shift"
            raise ValueError(message)
        return self

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    def schedule(self, public_holidays: Iterable[date] = ()) -> Schedule:
        """Return the rules of the calendar, given the public holidays of the years in question."""
        closed = (set(public_holidays) - set(self.exceptions)) | set(self.additions)
        special = dict.fromkeys(closed, ()) | {
            day: tuple(map(shift_span, shifts)) for day, shifts in self.overrides.items()
        }
        weekly = tuple(
            tuple(map(shift_span, self.weekly.get(day, ()))) for day in get_args(Weekday)
        )
        return Schedule(self.zone_info, weekly, tuple(sorted(special.items())))
