"""How figures and differences are written in a digest."""

from collections.abc import Mapping

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.wording import number
from breakwater.core.interval import Interval, wilson
from breakwater.core.numbers import share
from breakwater.report.figures import Figure
from breakwater.report.message import Measured, Tone

NOTHING = "–"

FEWEST_CASES = 5
TOO_FEW = f"n < {FEWEST_CASES}"
"""In place of a share or mean of fewer cases, which would speak of persons."""

SHORT_TITLES: Mapping[str, str] = {
    "manual_incoming": "Incoming",
    "total_solved": "Decided",
    "sla_attainment": "SLA",
    "aht": "AHT",
    "qa_accuracy": "QA",
    "break_rate": "Breaks",
    "overturn_rate": "Overturned",
    "exposure_hours": "Tier A",
    "exposure_hours_b": "Tier B",
    "exposure_hours_c": "Tier C",
}
"""Heads of narrow columns."""

SAMPLED = frozenset(name for name, metric in METRICS.items() if metric.is_sample)
"""Shares of a sample that stand for all decisions, and so are known within an interval only."""

NOTABLE_POINTS = 0.01
NOTABLE_CHANGE = 0.05
"""A difference from usual that is smaller than this is called usual."""


def shown(metric: str, figure: Figure | None) -> str:
    """Write a figure, or say why it is not shown."""
    if figure is None:
        return NOTHING
    if METRICS[metric].denominator is not None and figure.cases < FEWEST_CASES:
        return TOO_FEW
    return number(metric, figure.value)


def measured(metric: str, figure: Figure | None) -> Measured | None:
    """Return a figure as a number to weigh; None where it is not shown."""
    if figure is None or shown(metric, figure) == TOO_FEW:
        return None
    return Measured(figure.value, METRICS[metric].unit, figure.cases)


def surety(metric: str, figure: Figure | None) -> str:
    """Say how surely a sampled share is known: ``95 % interval 92.1 to 94.4 %, n 1,204``."""
    known = _interval(metric, figure)
    if figure is None or known is None:
        return ""
    return f"95 % interval {known.low * 100:.1f} to {share(known.high)}, n {figure.cases:,.0f}"


def surety_in_brief(metric: str, figure: Figure | None) -> str:
    """Say the same in a narrow column: ``92–94, n 1,204``."""
    known = _interval(metric, figure)
    if figure is None or known is None:
        return ""
    return f"{known.low * 100:.0f}–{known.high * 100:.0f}, n {figure.cases:,.0f}"


def _interval(metric: str, figure: Figure | None) -> Interval | None:
    if metric not in SAMPLED or figure is None or figure.cases < FEWEST_CASES:
        return None
    # Sums of fractions may pass the end by a rounding.
    return wilson(min(max(figure.value, 0.0), 1.0) * figure.cases, figure.cases)


def difference(metric: str, value: float, usual: float) -> tuple[str, Tone]:
    """Say how far a value is from usual, and whether that is good; nothing when it is usual."""
    gap = value - usual
    if METRICS[metric].unit == "rate":
        size = f"{abs(gap) * 100:.1f} pt"
        is_notable = abs(gap) >= NOTABLE_POINTS
    else:
        size = f"{abs(gap) / usual:.0%}" if usual > 0 else ""
        is_notable = usual > 0 and abs(gap) / usual >= NOTABLE_CHANGE
    if not is_notable:
        return "", Tone.NEUTRAL
    better = METRICS[metric].better
    arrow = "↑" if gap > 0 else "↓"
    if better is None:
        return f"{arrow} {size.replace('%', ' %')}", Tone.NEUTRAL
    tone = Tone.BETTER if (better == "higher") == (gap > 0) else Tone.WORSE
    return f"{arrow} {size.replace('%', ' %')} {tone}", tone


def against_usual(metric: str, value: float, usual: float) -> str:
    """Say what is usual and how far away the value is: ``usual 1 min, 45 % above``."""
    if METRICS[metric].unit == "rate":
        away = f"{abs(value - usual) * 100:.1f} pt"
    else:
        away = f"{abs(value - usual) / usual * 100:.0f} %" if usual > 0 else "much"
    side = "above" if value > usual else "below"
    return f"usual {number(metric, usual)}, {away} {side}"


def of_all(count: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun: ``1 case``, ``1,204 cases``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def share_of(part: int, whole: int) -> str:
    """Write a share of counts."""
    return share(part / whole) if whole else NOTHING


def listed(names: list[str]) -> str:
    """Join names as people do: ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
