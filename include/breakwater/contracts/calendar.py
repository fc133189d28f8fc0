"""Business calendars as configuration: shifts by weekday, public holidays, exceptions."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from breakwater.contracts.base import Contract

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Shift = Annotated[str, Field(pattern=r"^\d{2}:\d{2}-\d{2}:\d{2}$")]
"""``09:00-17:00``; an end above ``24:00`` spills into the next day (``22:00-30:00``)."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = f"an IANA time zone such as Asia/Manila; found {name!r}"
        raise ValueError(message)
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


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

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)
