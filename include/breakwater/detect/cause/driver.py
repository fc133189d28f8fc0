"""What a finding says about its cause: which slices, how much, since when, and the next best."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from breakwater.contracts.metrics import METRICS
from breakwater.core.finding import Finding
from breakwater.detect.cause.explanation import Cause, Explanation, explain
from breakwater.detect.cause.finest import ATTRIBUTES, Finest, read_finest
from breakwater.detect.cause.history import RatioSums, noise_of_counts, noise_of_ratios
from breakwater.detect.cause.leaves import Leaves
from breakwater.detect.cause.mix import moved_most
from breakwater.detect.cause.usual import RECENT_DAYS, before, counts_and_usual
from breakwater.warehouse.database import Connection

MOST_TOLD = 3

WORTH_TELLING = 0.05
"""Share of the change below which a slice is not told, however sure it is."""

_ALL = ""

HALF = 0.5
"""A day belongs to the change when it has at least this share of its relative size."""


def with_cause(connection: Connection, finding: Finding) -> Finding:
    """Add to an anomaly's detail what drives it.

    ``causes``: slices with their share of the change, the surest first; a slice without values is
    all of it. ``next_best``: one more, not sure. ``since``: the first day of the change, if it is an
    earlier one. For ratios ``mix_share``: the part of the change that is another mix of work, and
    ``mix_moved``: what came more or less often.
    """
    scope = {"vendor": finding.vendor, **finding.scope}
    metric, day = finding.scope["metric"], finding.operational_day
    finest = read_finest(connection, metric, scope, day)
    if finest is None:
        return finding
    rises = finding.detail.get("direction") == "up"
    span = finding.detail.get("span_days")
    told = cause_detail(
        finest, metric, scope, rises=rises, span=span if isinstance(span, int) else 1, day=day
    )
    return replace(finding, detail={**finding.detail, **told})


def cause_detail(
    finest: Finest,
    metric: str,
    scope: Mapping[str, str | None],
    *,
    rises: bool,
    span: int,
    day: date,
) -> dict[str, object]:
    """Explain the change of a slice's last days.

    Args:
        finest: its leaves.
        metric: which one.
        scope: what names the slice; attributes in it are not told again.
        rises: direction of the change.
        span: days over which it shows, the last one included.
        day: the last one.
    """
    # What all leaves share is one attribute without a name: the slice that is all of them.
    free = [
        index
        for index, (name, column) in enumerate(zip(ATTRIBUTES, finest.columns, strict=True))
        if scope.get(name) is None and len(set(column)) > 1
    ]
    names = [_ALL, *(ATTRIBUTES[index] for index in free)]
    columns = [("",) * len(finest.numerator), *(finest.columns[index] for index in free)]
    if METRICS[metric].denominator is None:
        today = finest.numerator.shape[1] - 1
        found, usual = counts_and_usual(finest.numerator, today - span + 1, today)
        leaves = Leaves.of_counts(names, columns, found=found, usual=usual)
        explanation = explain(leaves, rises=rises, noise=noise_of_counts(finest.numerator, span))
        return _told(explanation, finest, metric, rises=rises, day=day)
    sums = RatioSums.of(finest.numerator, finest.denominator, span)
    is_share = METRICS[metric].kind == "rate" and bool(
        np.all(finest.numerator <= finest.denominator)
    )
    leaves = sums.leaves(names, columns, is_share=is_share)
    noise = noise_of_ratios(finest, span, is_share=is_share)
    mix = sums.components.mix_share
    explanation = explain(leaves, rises=rises, noise=noise)
    told = _told(explanation, finest, metric, rises=rises, day=day, whole=1 - mix)
    told["mix_share"] = round(mix, 3)
    return told | _mix(names[1:], columns[1:], sums, rises=rises)


def _told(
    explanation: Explanation,
    finest: Finest,
    metric: str,
    *,
    rises: bool,
    day: date,
    whole: float = 1.0,
) -> dict[str, object]:
    told: dict[str, object] = {}
    if whole > 0:
        causes = [each for each in explanation.causes if each.share * whole >= WORTH_TELLING]
        told["causes"] = [_slice(cause, whole) for cause in causes[:MOST_TOLD]]
        best = explanation.next_best
        if best is not None and best.share * whole >= WORTH_TELLING:
            told["next_best"] = _slice(best, whole)
    since = _since(finest, metric, rises=rises, day=day)
    if since < day:
        told["since"] = since.isoformat()
    return told


def _slice(cause: Cause, whole: float) -> dict[str, object]:
    return {
        "slice": {name: value for name, value in cause.slice.items() if name != _ALL},
        "share": round(cause.share * whole, 3),
    }


def _since(finest: Finest, metric: str, *, rises: bool, day: date) -> date:
    """Return the first day of the change: going back, the last one that shows half of it.

    Days are compared with what is usual, at most a week back.
    """
    today = finest.numerator.shape[1] - 1
    sign = 1 if rises else -1
    sizes = [sign * _relative(finest, metric, today - back) for back in range(RECENT_DAYS)]
    back = 0
    while back + 1 < len(sizes) and sizes[back + 1] >= HALF * max(sizes[0], 0.0) > 0:
        back += 1
    return day - timedelta(days=back)


def _relative(finest: Finest, metric: str, day: int) -> float:
    """Return how far one day is from usual, as a share of usual."""
    if METRICS[metric].denominator is None:
        found, usual = (float(each.sum()) for each in counts_and_usual(finest.numerator, day, day))
    else:
        cases, usual_cases = finest.denominator[:, day].sum(), before(finest.denominator).sum()
        found = float(finest.numerator[:, day].sum() / cases) if cases else 0.0
        usual = float(before(finest.numerator).sum() / usual_cases) if usual_cases else 0.0
        if not cases:
            return 0.0
    return (found - usual) / usual if usual else 0.0


def _mix(
    names: list[str], columns: list[tuple[str, ...]], sums: RatioSums, *, rises: bool
) -> dict[str, object]:
    if not columns:
        return {}
    codes = [np.unique(column, return_inverse=True) for column in columns]
    moved = moved_most(
        np.stack([places for _, places in codes], axis=1),
        sums.below,
        sums.usual_above,
        sums.usual_below,
        rises=rises,
    )
    if moved is None:
        return {}
    attribute, value, then, now = moved
    return {
        "mix_moved": {
            "slice": {names[attribute]: str(codes[attribute][0][value])},
            "before": round(then, 3),
            "now": round(now, 3),
        }
    }
