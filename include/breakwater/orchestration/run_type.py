"""Why a run exists, and so whether it may tell people anything."""

from datetime import date, datetime

from airflow.sdk import Context

from breakwater.contracts.operations import Operations
from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.vocabulary import RunType
from breakwater.notify.page import Paging, decide_paging

_OURS = {
    "backfill": RunType.BACKFILL,
    "scheduled": RunType.SCHEDULED,
    "asset_triggered": RunType.SCHEDULED,  # what it hangs on was scheduled; a day's age still counts
}


def run_type_of(context: Context) -> RunType:
    """Read why a run exists from its type alone.

    Never from its id: a run that a backfill takes over keeps ``scheduled__…`` and loses the user
    who started it. Whatever is neither scheduled nor a backfill was asked for by a person.
    """
    return _OURS.get(context["dag_run"].run_type.value, RunType.MANUAL)


def asked_to_tell(context: Context) -> bool:
    """Tell whether the person who started a manual run ticked *Tell people*."""
    return bool(context["params"].get("notify"))


def started_by(context: Context) -> str:
    """Return who started a run; of one that a backfill took over, Airflow no longer knows."""
    return context["dag_run"].triggering_user_name or "Airflow"


def paging_of(context: Context, day: date, now: datetime, operations: Operations) -> Paging:
    """Decide whether a run may tell people; a backfill, an old day and a silent run may not."""
    return decide_paging(
        run_type_of(context),
        notify=asked_to_tell(context),
        day=day,
        today=operational_day_of(utc_seconds(now), operations.zone_info),
        live_days=operations.live_days,
    )
