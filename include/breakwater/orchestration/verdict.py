"""The last word of a run: green only when every vendor reported and the day was published."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import JsonValue

from breakwater.core.errors import BreakwaterError


class DayIncompleteError(BreakwaterError):
    """A run did what it could, and something of its day is missing all the same."""


def check_run(
    day: date,
    names: Sequence[str] | None,
    measured: JsonValue,
    published: JsonValue,
) -> None:
    """Refuse to end green when a run did not measure a vendor, or did not publish its day.

    Args:
        day: the operational day of the run.
        names: the vendors the run is about; None when that could not be found out.
        measured: what the last task of each vendor returned, in a list; one that failed returned
            nothing, and Airflow hands over the result of a single one without the list.
        published: what the digest task returned; None when it failed or was never reached.

    Raises:
        DayIncompleteError: naming what is missing and what is done all the same.
    """
    if names is None:
        message = f"{day.isoformat()}: nothing was done: see why the vendors could not be listed"
        raise DayIncompleteError(message)
    results = measured if isinstance(measured, list) else [measured]
    reported = {result["vendor"] for result in results if isinstance(result, Mapping)}
    missing = [vendor for vendor in names if vendor not in reported]
    if missing:
        message = (
            f"{day.isoformat()}: {', '.join(missing)} did not report ({len(missing)} of"
            f" {len(names)} vendors); what the others sent is closed: see their red tasks"
        )
        raise DayIncompleteError(message)
    if published is None:
        message = f"{day.isoformat()}: every vendor reported, but the digest is not out: see why"
        raise DayIncompleteError(message)
