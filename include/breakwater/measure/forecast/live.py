"""The forecast of a day that still concerns people, made behind its measuring."""

import logging
from datetime import date, datetime

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.measure.forecast.forecast_day import forecast_day
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

log = logging.getLogger(__name__)


def forecast_if_live(
    workspace: Workspace, vendor: str, day: date, now: datetime
) -> StageResult | None:
    """Forecast from a day's end if the day is recent enough to page for; nobody asks of older ones.

    A forecast is no part of what a day says, so one that cannot be made stops nothing.

    Args:
        workspace: the installation.
        vendor: whose cases.
        day: a day that is measured.
        now: the instant; decides what is recent.
    """
    operations = workspace.configuration.operations
    today = operational_day_of(utc_seconds(now), operations.zone_info)
    if (today - day).days > operations.live_days:
        return None
    try:
        return forecast_day(workspace, vendor, day, now)
    except Exception:
        log.exception("no forecast for %s %s", vendor, day.isoformat())
        return None
