"""Since which hour: the hours of an abnormal series, judged by the hourly detector."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from breakwater.contracts.metrics import METRICS
from breakwater.core.days import Window, days_between, utc_instant
from breakwater.core.finding import Finding
from breakwater.detect.panel import Floats
from breakwater.detect.stream.detector import score_of
from breakwater.detect.stream.hourly import THRESHOLD, WEEK_DAYS, WEEKS, judge_hourly
from breakwater.warehouse.database import Connection
from breakwater.warehouse.hours import SliceHours, read_slice_hours
from breakwater.warehouse.lake import Lake

HISTORY_DAYS = WEEKS * WEEK_DAYS
"""As many weeks as say what is usual at an hour of the week."""

HOUR = 3600

EARLIER = np.timedelta64(12, "h")
"""A change may begin so long before the first day whose sum shows it."""


def with_hour(
    connection: Connection,
    lake: Lake,
    zone: ZoneInfo,
    finding: Finding,
    metrics: Collection[str],
) -> Finding:
    """Add to an anomaly since which hour it is so, as ``since_hour`` of the operation's own clock.

    Only of metrics that are asked for, and only where the hours show it: a change that is plain
    over a day need not be in any hour of it.

    Args:
        connection: in the transaction of the stage.
        lake: where the hours are.
        zone: of the operational day.
        finding: with what drives it, see `with_cause`.
        metrics: those that are asked for.
    """
    metric = finding.scope["metric"]
    if metric not in metrics:
        return finding
    day = finding.operational_day
    scope = {name: value for name, value in finding.scope.items() if name != "metric"}
    if finding.vendor is not None:
        scope["vendor"] = finding.vendor
    first = day - timedelta(days=HISTORY_DAYS)
    hours = read_slice_hours(connection, lake, (first, day), metric, scope)
    began = finding.detail.get("since")
    since = date.fromisoformat(began) if isinstance(began, str) else day
    hour = first_hour(
        hours, metric, (first, day), zone, since=since, rises=finding.detail["direction"] == "up"
    )
    if hour is None:
        return finding
    return replace(finding, detail={**finding.detail, "since_hour": hour})


def first_hour(
    hours: SliceHours,
    metric: str,
    span: tuple[date, date],
    zone: ZoneInfo,
    *,
    since: date,
    rises: bool,
) -> str | None:
    """Return the first hour of a change, as ``2026-11-17T14:00`` of a zone; None when none shows it.

    Args:
        hours: of the series; days that are not measured say nothing.
        metric: which one.
        span: first and last day of the hours.
        zone: of the operational day.
        since: first day of the change.
        rises: its direction.
    """
    starts, values = _series(hours, metric, span, zone)
    local = np.array(
        [utc_instant(at).astimezone(zone).replace(tzinfo=None) for at in starts.tolist()],
        dtype="datetime64[s]",
    )
    found = judge_hourly(local, values[None, :])
    away = values - found.usual[0]
    # That something changed is known already: an hour need not be the first of an episode as well.
    is_told = (score_of(found.evidence[0]) >= THRESHOLD) & ((away > 0) == rises)
    is_told &= local >= np.datetime64(since, "s") - EARLIER
    told = np.flatnonzero(is_told)
    return str(local[told[0]].astype("datetime64[m]")) if len(told) else None


def _series(
    hours: SliceHours, metric: str, span: tuple[date, date], zone: ZoneInfo
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
    """Return the hours of a span and the values of a metric on a scale on which they add up."""
    starts: list[int] = []
    known: list[bool] = []
    for day in days_between(*span):
        window = Window.for_operational_day(day, zone)
        for at in range(window.start - window.start % HOUR, window.end, HOUR):
            if not starts or at > starts[-1]:  # where midnight is within an hour, both days have it
                starts.append(at)
                known.append(day in hours.days)
    sums = np.array([hours.sums.get(at, (0.0, 0.0)) for at in starts], dtype=np.float64)
    above, below = sums[:, 0], sums[:, 1]
    counted = np.array(known)
    about = METRICS[metric]
    if about.denominator is None:
        values = np.sqrt(np.maximum(above, 0))
    else:
        counted &= below > 0
        value = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
        is_share = about.kind == "rate"
        values = np.arcsin(np.sqrt(np.clip(value, 0, 1))) if is_share else np.log1p(value)
    return np.array(starts, dtype=np.int64), np.where(counted, values, np.nan)
