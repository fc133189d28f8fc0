"""What recipients wish: their zone, their quiet hours, what they want to hear of at all."""

from collections.abc import Iterable

from pydantic import Field, model_validator

from breakwater.contracts.base import Contract
from breakwater.contracts.calendar import Shift, Weekday, ZoneName, shift_span
from breakwater.contracts.routes import Destination
from breakwater.core.calendar import DAY, merged
from breakwater.core.finding import Severity

EVERY_DAY: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


WEEK = 7 * DAY


class QuietHours(Contract):
    """A stretch of the recipient's own day in which alerts wait."""

    days: tuple[Weekday, ...] = Field(default=EVERY_DAY, min_length=1)
    """Days on which it begins."""
    hours: Shift
    """``22:00-31:00`` is from ten at night to seven in the morning."""


def quiet_seconds_of_week(quiet: Iterable[QuietHours]) -> int:
    """Count the seconds of an ordinary week that lie in any of the stretches."""
    spans = merged(
        (max(0, number * DAY + start + week), min(WEEK, number * DAY + end + week))
        for stretch in quiet
        for number, day in enumerate(EVERY_DAY)
        if day in stretch.days
        for start, end in [shift_span(stretch.hours)]
        for week in (-WEEK, 0)
    )
    return sum(end - start for start, end in spans)


class RecipientWishes(Destination):
    """One address of one channel, and how it wants to be told."""

    zone: ZoneName
    quiet: tuple[QuietHours, ...] = ()
    """Alerts wait until these end, but for pressing legal deadlines, which never wait."""
    disturb_from: Severity | None = None
    """From this severity on, alerts do not wait either; all others wait when absent."""
    minimum_severity: Severity = Severity.INFO
    """Below this, it is not told by any route."""
    vendors: tuple[str, ...] = ()
    """It is told of these vendors alone; of all when empty."""

    @model_validator(mode="after")
    def _is_awake_at_times(self) -> "RecipientWishes":
        if quiet_seconds_of_week(self.quiet) >= WEEK:
            message = "quiet hours that end; found none in which it may be told"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _is_an_address(self) -> "RecipientWishes":
        if "{" in self.recipient:
            message = f"an address; found {self.recipient!r}, which stands for several"
            raise ValueError(message)
        return self


class RecipientFile(Contract):
    """config/recipients.yaml."""

    recipients: tuple[RecipientWishes, ...]

    @model_validator(mode="after")
    def _names_each_recipient_once(self) -> "RecipientFile":
        names = [(each.channel, each.recipient) for each in self.recipients]
        twice = sorted({recipient for _, recipient in names if names.count((_, recipient)) > 1})
        if twice:
            message = f"each recipient once; found {', '.join(twice)} twice"
            raise ValueError(message)
        return self
