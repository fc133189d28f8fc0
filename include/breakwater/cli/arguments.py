"""Arguments that several commands take."""

from datetime import UTC, date, datetime

import click

from breakwater.core.days import parse_day


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


DAY = DayType()


def now() -> datetime:
    """Read the clock: here and in orchestration only; the library takes instants."""
    return datetime.now(UTC)  # noqa: TID251  the command line is one of the two places that may
