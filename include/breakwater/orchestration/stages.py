"""The tasks' one call each: a stage, for the day and the kind of run that the task belongs to."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from airflow.sdk import Context, PokeReturnValue, get_current_context
from pydantic import JsonValue

from breakwater.contracts.configuration import Configuration
from breakwater.core.errors import ExportPendingError, FeedUnavailableError
from breakwater.orchestration.connections import installation
from breakwater.orchestration.days import instant, operational_day
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

VendorStage = Callable[[Workspace, str, date, datetime], StageResult]
DayStage = Callable[[Workspace, date, datetime], StageResult]

LONGEST_OUTAGE = timedelta(hours=1)
"""How long behind a vendor's deadline its place may be out of reach before the task fails."""

log = logging.getLogger(__name__)


def list_vendors() -> list[str]:
    """List the vendors a run is about: those asked for that owe an export for its day, in order.

    Raises:
        ConfigurationError: somebody asked for a vendor that has no contract.
    """
    return vendors_of(get_current_context(), installation().configuration)


def vendors_of(context: Context, configuration: Configuration) -> list[str]:
    """List the vendors that a run is about, as `list_vendors` does.

    Raises:
        ConfigurationError: somebody asked for a vendor that has no contract.
    """
    asked = {configuration.vendor(name).vendor for name in context["params"]["vendors"]}
    active = configuration.active_vendors(operational_day(context))
    return [vendor for vendor in active if vendor in asked or not asked]


def fetch(vendor: str) -> PokeReturnValue:
    """Fetch a vendor's export; say "not yet" while it may still come.

    A place that does not answer is looked at again like an export that is not there: an outage in
    the small hours must not end the wait. An hour behind the deadline it is a failure.

    Raises:
        ExportMissingError: the vendor's deadline passed without an export.
        FeedUnavailableError: the place where the vendor leaves it still does not answer.
    """
    from breakwater.feeds.fetch import fetch_export

    try:
        return PokeReturnValue(is_done=True, xcom_value=_run_for_vendor(fetch_export, vendor))
    except ExportPendingError as pending:
        log.info("%s", pending)
    except FeedUnavailableError as unavailable:
        day = operational_day(get_current_context())
        contract = installation().configuration.vendor(vendor, day)
        if instant() > contract.delivery.due_at(day) + LONGEST_OUTAGE:
            raise
        log.warning("%s", unavailable)
    return PokeReturnValue(is_done=False)


def land(vendor: str) -> JsonValue:
    """Parse what was fetched; bad records go to quarantine, totals must agree."""
    from breakwater.landing.land import land_day

    return _run_for_vendor(land_day, vendor)


def reconcile(vendor: str) -> JsonValue:
    """Compare the vendor's book with the enforcement log."""
    from breakwater.reconcile.reconcile import reconcile_day

    return _run_for_vendor(reconcile_day, vendor)


def measure(vendor: str) -> JsonValue:
    """Run the clocks and count the KPI facts; of a neighbour too whose books this day renewed.

    Then say which open cases will miss their promise, if the day is recent enough for that to help.
    """
    from breakwater.measure.forecast.live import forecast_if_live
    from breakwater.measure.measure import measure_day
    from breakwater.measure.renew import measure_neighbours

    measured = _run_for_vendor(measure_day, vendor)
    day = operational_day(get_current_context())
    measure_neighbours(installation(), vendor, day, instant())
    forecast_if_live(installation(), vendor, day, instant())
    return measured


def close() -> JsonValue:
    """Tie the whole day out and write its figures."""
    from breakwater.measure.close import close_day

    return _run_for_day(close_day)


def detect() -> JsonValue:
    """Compare the day with its history."""
    from breakwater.detect.detect import detect_day

    return _run_for_day(detect_day)


def notify() -> JsonValue:
    """Turn the day's findings into incidents, and tell people if the run may page."""
    from breakwater.orchestration import telling

    return telling.notify()


def digest(told: JsonValue) -> JsonValue:
    """Write the day's digest, and send it to its audiences if the run may page."""
    from breakwater.orchestration import telling

    return telling.digest(told)


def tell_waiting() -> JsonValue:
    """Tell what waited for its instant, take escalation steps, and hand over what is due."""
    from breakwater.orchestration import telling

    return telling.tell_waiting()


def reclose_stale() -> JsonValue:
    """Close days again whose input changed after they were closed; page nobody.

    Readers of a digest whose numbers really moved are sent its correction, if the run may tell.

    Raises:
        DayStaleError: a day could not be closed again; the others were.
    """
    from breakwater.orchestration import telling
    from breakwater.orchestration.restating import reclose_all

    try:
        return reclose_all(installation(), instant())
    finally:
        telling.correct()


def every_vendor_reported(
    names: list[str] | None, measured: JsonValue, published: JsonValue
) -> None:
    """Turn the run red when a vendor did not report or the day was not published."""
    from breakwater.orchestration.verdict import check_run

    check_run(operational_day(get_current_context()), names, measured, published)


def _run_for_vendor(stage: VendorStage, vendor: str) -> JsonValue:
    day = operational_day(get_current_context())
    return stage(installation(), vendor, day, instant()).to_dict()


def _run_for_day(stage: DayStage) -> JsonValue:
    day = operational_day(get_current_context())
    return stage(installation(), day, instant()).to_dict()
