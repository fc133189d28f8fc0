"""KPI facts of a span of days as arrays: one row a leaf slice, one column a day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from breakwater.core.days import days_between
from breakwater.detect.panel import Flags, Floats
from breakwater.detect.slices import ARRIVALS, DIMENSIONS, WATCHED
from breakwater.warehouse.database import Connection

# A leaf's own hash tells its policies and priorities apart, which explanations read.
_LEAVES = """
    select metric, vendor, site, queue, language,
           array_agg(operational_day - %(first)s::date order by operational_day) as days,
           array_agg(numerator order by operational_day) as numerators,
           array_agg(denominator order by operational_day) as denominators,
           array_agg(content order by operational_day) as contents
    from (
        select operational_day, metric, vendor, site, queue, language,
               sum(numerator) as numerator, sum(denominator) as denominator,
               bit_xor(hashtextextended(policy, hashtextextended(priority,
                   hashfloat8extended(numerator,
                       hashfloat8extended(coalesce(denominator, -1), 0))))) as content
        from measure.kpi_fact
        where operational_day between %(first)s and %(last)s and metric = any(%(metrics)s)
        group by operational_day, metric, vendor, site, queue, language
    ) as leaf
    group by metric, vendor, site, queue, language
    order by metric collate "C", vendor collate "C", site collate "C", queue collate "C",
             language collate "C"
"""
_REPORTED = """
    select vendor, array_agg(operational_day - %(first)s::date) as days
    from measure.day_close, unnest(vendors_reported) as vendor
    where operational_day between %(first)s and %(last)s
    group by vendor
"""

READ = (*sorted(WATCHED), ARRIVALS)

DAYS_OF_BLOCK = 28
"""Days, from a Monday, whose history begins on the same day."""

Leaf = tuple[str, ...]
Hashes = npt.NDArray[np.uint64]


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

    def until(self, day: int) -> "MetricFacts":
        """Return what was known on one of the days."""
        part = slice(day + 1)
        return MetricFacts(
            self.metric, self.leaves, self.numerator[:, part], self.denominator[:, part]
        )

    def inside(self, scope: Mapping[str, str]) -> Flags:
        """Tell which leaves have the values of a scope."""
        return np.array(
            [
                all(
                    scope.get(name, value) == value
                    for name, value in zip(DIMENSIONS, leaf, strict=True)
                )
                for leaf in self.leaves
            ],
            dtype=np.bool_,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What is known of the days up to one of them.

    Attributes:
        days: in order; the last one is judged.
        metrics: facts by metric; a metric nobody reports is absent.
        reported: for each vendor, the days on which it reported anything.
        contents: a hash of what each day says; days that say nothing are absent.
    """

    days: tuple[date, ...]
    metrics: dict[str, MetricFacts]
    reported: dict[str, Flags]
    contents: dict[date, str]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Facts of a span of days, read once; each day of it is judged by a window of its own.

    Attributes:
        first: day of the first column.
        metrics: facts by metric.
        present: which of their cells hold a fact, by metric.
        reported: days on which each vendor reported.
        contents: a hash of each day's facts; 0 where there are none.
    """

    first: date
    metrics: dict[str, MetricFacts]
    present: dict[str, Flags]
    reported: dict[str, Flags]
    contents: Hashes

    def window(self, day: date, history_days: int) -> Facts:
        """Cut out a day and the days before it, as if nothing else had been read."""
        begins = first_day_read(day, history_days)
        part = slice((begins - self.first).days, (day - self.first).days + 1)
        days = tuple(days_between(begins, day))
        metrics = {}
        for name, facts in self.metrics.items():
            here = self.present[name][:, part].any(axis=1)
            if here.any():
                leaves = tuple(facts.leaves[place] for place in np.flatnonzero(here).tolist())
                # The same layout in memory whatever was read around it: sums round by it.
                numerator = np.ascontiguousarray(facts.numerator[here][:, part])
                denominator = np.ascontiguousarray(facts.denominator[here][:, part])
                metrics[name] = MetricFacts(name, leaves, numerator, denominator)
        known = {leaf[0] for facts in metrics.values() for leaf in facts.leaves}
        hashes = self.contents[part].tolist()
        return Facts(
            days=days,
            metrics=metrics,
            reported={vendor: self.reported[vendor][part] for vendor in sorted(known)},
            contents={day: f"{h:016x}" for day, h in zip(days, hashes, strict=True) if h},
        )


def first_day_read(day: date, history_days: int) -> date:
    """Return the first day that a day is judged by: so many days before it, or up to 27 more.

    It is the same for four weeks of days. A day is judged causally, so within them what a later day
    says of an earlier one is what that one said itself. Were it to move with every day, an onset
    near the threshold could be seen on the next day only, as something that was told already.
    """
    block = (day.toordinal() - 1) // DAYS_OF_BLOCK * DAYS_OF_BLOCK + 1
    return date.fromordinal(block) - timedelta(days=history_days)


def read_history(connection: Connection, first: date, last: date, history_days: int) -> History:
    """Read the watched metrics of some days and of the days before them; nothing later.

    Args:
        connection: an open transaction.
        first: the first day that will be judged.
        last: the last one.
        history_days: how many days before each, at least.
    """
    begins = first_day_read(first, history_days)
    parameters = {"first": begins, "last": last, "metrics": list(READ)}
    rows = connection.execute(_LEAVES, parameters).fetchall()
    width = (last - begins).days + 1
    by_metric: dict[str, list[dict[str, Any]]] = {}
    reported: dict[str, Flags] = {}
    contents = np.zeros(width, dtype=np.uint64)
    for row in rows:
        by_metric.setdefault(row["metric"], []).append(row)
        reported.setdefault(row["vendor"], np.zeros(width, dtype=np.bool_))[row["days"]] = True
        contents[row["days"]] += _mixed(_key(row), np.array(row["contents"], dtype=np.int64))
    for row in connection.execute(_REPORTED, parameters):
        # A vendor whose export was empty reported that there was nothing.
        reported.setdefault(row["vendor"], np.zeros(width, dtype=np.bool_))[row["days"]] = True
        contents[row["days"]] += np.uint64(_hash(row["vendor"]))
    present = {metric: _present(found, width) for metric, found in by_metric.items()}
    arrays = {metric: _arrays(metric, found, width) for metric, found in by_metric.items()}
    return History(begins, arrays, present, reported, contents)


def _present(rows: list[dict[str, Any]], width: int) -> Flags:
    present = np.zeros((len(rows), width), dtype=np.bool_)
    for index, row in enumerate(rows):
        present[index, row["days"]] = True
    return present


def _arrays(metric: str, rows: list[dict[str, Any]], width: int) -> MetricFacts:
    numerator, denominator = np.zeros((len(rows), width)), np.zeros((len(rows), width))
    for index, row in enumerate(rows):
        numerator[index, row["days"]] = row["numerators"]
        denominator[index, row["days"]] = [value or 0.0 for value in row["denominators"]]
    leaves = tuple(tuple(row[name] for name in DIMENSIONS) for row in rows)
    return MetricFacts(metric, leaves, numerator, denominator)


def _key(row: Mapping[str, Any]) -> int:
    return _hash("\0".join((row["metric"], *(row[name] for name in DIMENSIONS))))


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _mixed(key: int, contents: npt.NDArray[np.int64]) -> Hashes:
    """Mix a leaf's name into its contents, so that sums of leaves tell which leaf has what.

    The finaliser of splitmix64 (Steele, Lea, Flood 2014, OOPSLA).
    """
    x = contents.view(np.uint64) ^ np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)
