"""Which operational day a run is about, and what time it is; nobody else looks at either."""

from datetime import UTC, date, datetime

from airflow.sdk import Context

from breakwater.core.days import parse_day
from breakwater.core.errors import BreakwaterError


class NoOperationalDayError(BreakwaterError):
    """A run carries neither the parameter nor a partition key that would name its day."""


def operational_day(context: Context) -> date:
    """Return the day a run is about: its ``operational_day`` parameter, else its partition key.

    A partitioned run has no logical date and no data interval, so there is nothing else to ask.

    Raises:
        NoOperationalDayError: the run names no day, or names it in another spelling.
    """
    asked = context["params"].get("operational_day") or context["dag_run"].partition_key
    if not asked:
        message = (
            "expected the parameter operational_day or a partition key, as a scheduled or"
            " backfilled run has; found neither: trigger the run again with a day"
        )
        raise NoOperationalDayError(message)
    try:
        return parse_day(asked)
    except ValueError as error:
        raise NoOperationalDayError(str(error)) from error


def instant() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one clock of the Dag; stages get it as an argument
