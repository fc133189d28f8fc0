"""Arguments that several commands take."""

from datetime import UTC, date, datetime

import click

from breakwater.core.days import parse_day
from breakwater.core.period import Period


class DayType(click.ParamType[date]):
    """An operational day, written YYYY-MM-DD."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the day, or say how it is written."""
        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class PeriodType(click.ParamType[Period]):
    """An operational day, a week or a month of them."""

    name = "day, week or month"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read the period, or say how it is written."""
        if isinstance(value, Period):
            return value
        try:
            return Period.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = DayType()
PERIOD = PeriodType()


def now() -> datetime:
    """Read the clock: here and in orchestration only; the library takes instants."""
    return datetime.now(UTC)  # noqa: TID251  the command line is one of the two places that may
