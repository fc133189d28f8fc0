"""How long a promise is: a length of time, or a number of days of one kind or another."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from breakwater.contracts.base import Contract

_LENGTHS = {"hours": 3600, "minutes": 60, "seconds": 1}
_DAYS = ("working_days", "calendar_days", "months", "years")
_MOST = {"working_days": 750, "calendar_days": 3_660, "months": 120, "years": 10}
_MOST_HOURS, _MOST_OPEN_HOURS = 3_660 * 24, 3 * 366 * 24


class Duration(Contract):
    """A length of time (`hours`, `minutes`, `seconds`, added up), or days of one kind.

    On a business calendar a length counts open seconds: with shifts of eight hours ``{hours: 24}``
    is three of them, ``{working_days: 1}`` is one. Days, months and years end at the time of day at
    which they began; a month that has no such day ends on its last one (as Regulation (EEC, Euratom)
    1182/71, Art. 3(2)(c) has it).
    """

    hours: int | None = Field(default=None, ge=0)
    minutes: int | None = Field(default=None, ge=0)
    seconds: int | None = Field(default=None, ge=0)
    working_days: int | None = Field(default=None, gt=0)
    """Days on which the site works. What begins outside of the hours begins with the next shift."""
    calendar_days: int | None = Field(default=None, gt=0)
    """Days of the calendar in the site's zone, or the operation's for a clock that runs 24x7."""
    months: int | None = Field(default=None, gt=0)
    years: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> "Duration":
        stated = self.model_dump(exclude_none=True)
        days = [name for name in _DAYS if name in stated]
        if len(days) > 1 or (days and len(stated) > 1):
            message = f"hours, minutes and seconds, or one of {', '.join(_DAYS)}; found {stated}"
            raise ValueError(message)
        if not days and not self.length:
            message = "a duration must be longer than nothing"
            raise ValueError(message)
        return self

    @property
    def length(self) -> int | None:
        """Seconds, where it is a length of time; None where it is days."""
        if any(getattr(self, name) for name in _DAYS):
            return None
        return sum(each * (getattr(self, name) or 0) for name, each in _LENGTHS.items())

    def excess(self, *, on_site: bool) -> str | None:
        """Say how long a clock may be, where this is longer; None where it is not.

        Ten years, by when nobody keeps the events any more; three where time is counted in opening
        hours, which nobody plans further ahead.

        Args:
            on_site: whether a length of time counts opening hours only.
        """
        if self.length is None:
            (unit, stated), *_ = self.model_dump(exclude_none=True).items()
            return f"{unit} up to {_MOST[unit]}" if stated > _MOST[unit] else None
        most = _MOST_OPEN_HOURS if on_site else _MOST_HOURS
        return f"at most {most} hours" if self.length > most * 3600 else None

    @property
    def is_working_days(self) -> bool:
        """Whether only days count on which somebody works."""
        return self.working_days is not None


def _spelled_out(stated: Any) -> Any:  # noqa: ANN401  whatever a file says
    """Refuse the words that mean one thing to some and another to others."""
    ambiguous = isinstance(stated, str | int | float) or (
        isinstance(stated, dict) and {"day", "days"} & set(stated)
    )
    if ambiguous:
        message = (
            "a duration is spelled {hours: 24} for a length of time, or {working_days: 1} for a day"
            f" on which the site works; found {stated!r}, which could be either"
        )
        raise ValueError(message)
    return stated


SpelledDuration = Annotated[Duration, BeforeValidator(_spelled_out)]
"""A duration that says which kind of day it means."""
