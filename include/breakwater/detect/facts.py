"""KPI facts of a span of days as arrays: one row a leaf slice, one column a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from breakwater.detect.panel import Flags, Floats
from breakwater.detect.slices import DIMENSIONS, WATCHED
from breakwater.warehouse.database import Connection

_LEAVES = """
    select metric, vendor, site, queue, language,
           array_agg(operational_day - %(first)s::date order by operational_day) as days,
           array_agg(numerator order by operational_day) as numerators,
           array_agg(denominator order by operational_day) as denominators
    from (
        select operational_day, metric, vendor, site, queue, language,
               sum(numerator) as numerator, sum(denominator) as denominator
        from measure.kpi_fact
        where operational_day between %(first)s and %(last)s and metric = any(%(metrics)s)
        group by operational_day, metric, vendor, site, queue, language
    ) as leaf
    group by metric, vendor, site, queue, language
    order by metric collate "C", vendor collate "C", site collate "C", queue collate "C",
             language collate "C"
"""

Leaf = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MetricFacts:
    """One metric: l leaves over T days.

    Attributes:
        metric: which one.
        leaves: vendor, site, queue and language of each row.
        numerator: l × T sums; zero where nothing was counted.
        denominator: the same below the line; zero for counts and levels.
    """

    metric: str
    leaves: tuple[Leaf, ...]
    numerator: Floats
    denominator: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What is known of the days up to one of them.

    Attributes:
        days: in order; the last one is judged.
        metrics: facts by metric; a metric nobody reports is absent.
        reported: for each vendor, the days on which it reported anything.
    """

    days: tuple[date, ...]
    metrics: dict[str, MetricFacts]
    reported: dict[str, Flags]


def read_facts(connection: Connection, day: date, history_days: int) -> Facts:
    """Read the watched metrics of a day and of the days before it; nothing later."""
    first = day - timedelta(days=history_days)
    parameters = {"first": first, "last": day, "metrics": sorted(WATCHED)}
    rows = connection.execute(_LEAVES, parameters).fetchall()
    width = history_days + 1
    by_metric: dict[str, list[dict[str, Any]]] = {}
    reported: dict[str, Flags] = {}
    for row in rows:
        by_metric.setdefault(row["metric"], []).append(row)
        seen = reported.setdefault(row["vendor"], np.zeros(width, dtype=np.bool_))
        seen[row["days"]] = True
    return Facts(
        days=tuple(first + timedelta(days=n) for n in range(width)),
        metrics={metric: _arrays(metric, found, width) for metric, found in by_metric.items()},
        reported=reported,
    )


def _arrays(metric: str, rows: list[dict[str, Any]], width: int) -> MetricFacts:
    numerator, denominator = np.zeros((len(rows), width)), np.zeros((len(rows), width))
    for index, row in enumerate(rows):
        numerator[index, row["days"]] = row["numerators"]
        denominator[index, row["days"]] = [value or 0.0 for value in row["denominators"]]
    leaves = tuple(tuple(row[name] for name in DIMENSIONS) for row in rows)
    return MetricFacts(metric, leaves, numerator, denominator)
