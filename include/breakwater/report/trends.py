"""The chart's numbers, and the same in words for whoever does not see it."""

from datetime import date, timedelta

from breakwater.contracts.wording import number
from breakwater.report.figures import Figures
from breakwater.report.message import ChartData

Values = tuple[float | None, ...]


def chart_of(figures: Figures) -> ChartData | None:
    """Collect two weeks of arrivals, decisions and attainment; None when there are none."""
    incoming = figures.trend("manual_incoming")
    solved = figures.trend("manual_solved")
    attainment = figures.trend("sla_attainment")
    if not any(value is not None for value in (*incoming, *solved, *attainment)):
        return None
    shown = figures.rhythm.shown
    days = tuple(figures.day - timedelta(days=n) for n in reversed(range(shown)))
    alt = " ".join(
        (
            f"The last {shown} days, {_short(days[0])} to {_short(days[-1])}.",
            _in_words("Manual incoming", "manual_incoming", incoming, days),
            _in_words("Manual solved", "manual_solved", solved, days),
            _in_words("SLA attainment", "sla_attainment", attainment, days),
        )
    )
    return ChartData(days, incoming, solved, attainment, alt)


def _in_words(label: str, metric: str, values: Values, days: tuple[date, ...]) -> str:
    known = [(value, day) for value, day in zip(values, days, strict=True) if value is not None]
    if not known:
        return f"{label}: no figures."
    (low, on_low), (high, on_high) = min(known), max(known)
    last = "no figure" if values[-1] is None else number(metric, values[-1])
    return (
        f"{label}: {last} on the last day; lowest {number(metric, low)} on {_short(on_low)},"
        f" highest {number(metric, high)} on {_short(on_high)}."
    )


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
