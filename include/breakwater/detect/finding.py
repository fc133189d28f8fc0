"""From an abnormal series to the finding that people are told."""

from datetime import date

from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.detect.detection import Detection, Verdict
from breakwater.detect.slices import Slice

WEEK = 7

GRAVE = 4.0
"""A change for the worse is major from this many times the threshold on: as −log10 of a probability
grows with the square, it is twice as far from usual."""


def anomaly_finding(
    one: Slice, found: Detection, series: int, *, value: float, day: date, threshold: float
) -> Finding:
    """Make the finding of a series whose last day begins something abnormal.

    The scope names the metric and the slice. Value, expected value and band are those of the day;
    ``change`` is over the ``span_days`` in which the change shows.
    """
    rises = bool(found.sign[series, -1] > 0)
    score = float(found.score[series, -1])
    low, high = float(found.low[series, -1]), float(found.high[series, -1])
    return Finding(
        rule=Rule.KPI_ANOMALY,
        operational_day=day,
        vendor=one.vendor,
        severity=_severity(one.metric, score / threshold, rises=rises),
        scope={"metric": one.metric, **one.below_vendor},
        value=value,
        unit=METRICS[one.metric].unit,
        threshold=high if rises else low,
        expected=float(found.expected[series, -1]),
        detail={
            "series": one.name,
            "score": round(score, 2),
            "direction": "up" if rises else "down",
            "change": round(float(found.change[series, -1]), 4),
            "span_days": int(found.span[series, -1]),
            "band": [low, high],
            **_last_week(found, series),
        },
    )


def _last_week(found: Detection, series: int) -> dict[str, object]:
    """Return the verdict on the same weekday a week ago."""
    if found.verdict.shape[1] <= WEEK:
        return {}
    verdict = Verdict(found.verdict[series, -1 - WEEK])
    return {"same_day_last_week": verdict.name.lower()}


def _severity(metric: str, strength: float, *, rises: bool) -> Severity:
    better = METRICS[metric].better
    if better is not None and (better == "higher") == rises:
        return Severity.INFO
    return Severity.MAJOR if strength >= GRAVE and better is not None else Severity.WARNING
