"""Numbers that people quote: each with its definition, denominator, coverage and provenance."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from psycopg import sql

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import (
    AGREEMENT,
    METRICS,
    UPHELD_BY_US,
    UPHELD_BY_VENDOR,
    Metric,
    Provenance,
)
from breakwater.core.agreement import Agreement, agreement_of
from breakwater.core.days import days_between
from breakwater.core.histogram import percentile
from breakwater.core.interval import Interval, wilson
from breakwater.warehouse.database import Connection

DIMENSIONS = ("vendor", "site", "queue", "policy", "language", "priority")
"""What facts are kept by, besides the day; a number may be asked for by any of them."""

SHARES = (0.5, 0.9, 0.95)
"""Percentiles that are read from a distribution."""

_BANDED = {"backlog": "backlog_band", "backlog_age": "backlog_band"}
_SUM = sql.SQL("sum(numerator) as numerator, sum(denominator) as denominator")
_LARGEST = sql.SQL("max(numerator) as numerator, null::double precision as denominator")
_CASES = sql.SQL("sum(case_count)::bigint as case_count")
_MEASURED = """
    select operational_day, vendor, summary->'revisions'->>%s as revision,
           summary->>'shifts' as shifts
    from operations.stage_run
    where stage = 'measure' and operational_day between %s and %s
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which vendors a number speaks for; a vendor is counted once a day.

    Attributes:
        expected: vendors active whose contract reports what the metric needs.
        missing: those of them that are not measured, with the day.
        cannot_tell: vendors active whose contract reports no such thing; part of no number.
    """

    expected: int
    missing: tuple[tuple[date, str], ...]
    cannot_tell: tuple[str, ...]

    @property
    def reported(self) -> int:
        """How many of the expected are part of the number."""
        return self.expected - len(self.missing)


@dataclass(frozen=True, slots=True)
class Number:
    """One value of a metric.

    Attributes:
        metric: its id.
        definitions: by which it was measured; several only where days were measured by different
            revisions of the metric.
        first: the first operational day.
        last: the last, included.
        scope: dimensions and their values; empty for everything.
        value: what people read; None where the denominator is zero.
        numerator: the sum above the line.
        denominator: the sum below it; None for counts and levels.
        provenance: as in the registry.
        coverage: which vendors it speaks for.
        percentiles: by share, of a metric that has a distribution and at least one case.
        bands: of the backlog, cases by the upper end of their age in seconds.
        interval: of a share of a sample, where the share in all cases lies, 95 times in a hundred.
        agreement: of cases that were scored twice, beyond chance.
    """

    metric: str
    definitions: tuple[str, ...]
    first: date
    last: date
    scope: Mapping[str, str]
    value: float | None
    numerator: float
    denominator: float | None
    provenance: Provenance
    coverage: Coverage
    percentiles: Mapping[float, float]
    bands: Mapping[int, int]
    interval: Interval | None = None
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What numbers are asked for.

    Attributes:
        metric: of the registry.
        first: the first operational day.
        last: the last, included.
        by: dimensions to keep apart.
        vendors: only these; none means all.
        is_together: one number for the whole span in place of one a day.
    """

    metric: Metric
    first: date
    last: date
    by: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    is_together: bool = False

    def __post_init__(self) -> None:
        """Refuse what has no answer.

        Raises:
            ValueError: a dimension that facts do not have, or a level summed over days.
        """
        if unknown := [name for name in self.by if name not in DIMENSIONS]:
            message = f"expected any of {', '.join(DIMENSIONS)}; found {unknown[0]}"
            raise ValueError(message)
        if (
            self.is_together
            and self.metric.kind in {"level", "extreme"}
            and self.first != self.last
        ):
            name = self.metric.metric
            message = f"{name} is a state at the day's end and does not add up over days"
            raise ValueError(message)

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The stretches of days that have a number each."""
        if self.is_together:
            return [(self.first, self.last)]
        return [(day, day) for day in days_between(self.first, self.last)]


def read_numbers(
    connection: Connection, configuration: Configuration, asked: Asked
) -> list[Number]:
    """Return the numbers asked for, day by day and in order of their scope.

    A scope without a fact has no number. A day without any has none either when dimensions are kept
    apart; without dimensions it is told with a value of None, so that its coverage can be read.
    """
    return [
        number
        for first, last in asked.spans
        for number in _numbers(connection, configuration, asked, first, last)
    ]


def _numbers(
    connection: Connection, configuration: Configuration, asked: Asked, first: date, last: date
) -> list[Number]:
    metric = asked.metric
    measured = {
        (row["operational_day"], row["vendor"]): int(row["revision"] or 1)
        for row in connection.execute(_MEASURED, [metric.metric, first, last])
        if not metric.is_of_shifts or int(row["shifts"] or 0)
    }
    rows = _sums(connection, asked, first, last)
    agreements = _agreements(connection, asked, rows, (first, last))
    spread = _counts(connection, asked, metric.distribution, (first, last))
    bands = _counts(connection, asked, _BANDED.get(metric.metric), (first, last))
    if not rows and not asked.by:
        rows = [{"numerator": 0.0, "denominator": None, "is_known": False}]

    @cache
    def covered(vendors: tuple[str, ...]) -> tuple[tuple[str, ...], Coverage]:
        coverage = _coverage(configuration, metric, vendors, (first, last), measured)
        return _definitions(metric, measured, vendors), coverage

    numbers = []
    for row in rows:
        scope = {name: row[name] for name in asked.by}
        vendors = (scope["vendor"],) if "vendor" in scope else asked.vendors
        definitions, coverage = covered(vendors)
        denominator = row["denominator"]
        known = row.get("is_known", True)
        key = tuple(scope.values())
        numbers.append(
            Number(
                metric=metric.metric,
                definitions=definitions,
                first=first,
                last=last,
                scope=scope,
                value=metric.value(row["numerator"], denominator) if known else None,
                numerator=row["numerator"],
                denominator=(denominator or 0.0) if metric.denominator else None,
                provenance=metric.provenance,
                coverage=coverage,
                percentiles=_percentiles(spread.get(key, {})),
                bands=bands.get(key, {}),
                interval=_interval(metric, row["numerator"], denominator),
                agreement=agreements.get(key),
            )
        )
    return numbers


def _sums(connection: Connection, asked: Asked, first: date, last: date) -> list[dict[str, Any]]:
    what = _LARGEST if asked.metric.kind == "extreme" else _SUM
    source = what, sql.Identifier("measure", "kpi_fact")
    return _grouped(connection, source, asked.by, asked, (first, last, asked.metric.metric))


def _interval(metric: Metric, above: float, below: float | None) -> Interval | None:
    if not metric.is_sample or not below:
        return None
    # Sums of fractions may pass the end by a rounding.
    return wilson(min(max(above, 0.0), below), below)


def _agreements(
    connection: Connection, asked: Asked, rows: list[dict[str, Any]], span: tuple[date, date]
) -> dict[tuple[str, ...], Agreement]:
    """Return agreement beyond chance by the values of the dimensions kept apart."""
    if asked.metric.metric != AGREEMENT:
        return {}

    def upheld(metric: str) -> dict[tuple[str, ...], float]:
        found = _sums(connection, replace(asked, metric=METRICS[metric]), *span)
        return {tuple(row[name] for name in asked.by): row["numerator"] for row in found}

    by_vendor, by_us = upheld(UPHELD_BY_VENDOR), upheld(UPHELD_BY_US)
    agreed = {tuple(row[name] for name in asked.by): row for row in rows}
    return {
        key: agreement_of(row["denominator"], row["numerator"], by_vendor[key], by_us[key])
        for key, row in agreed.items()
    }


def _counts(
    connection: Connection, asked: Asked, distribution: str | None, span: tuple[date, date]
) -> dict[tuple[str, ...], dict[int, int]]:
    """Return cases by upper bound of their bucket, by the values of the dimensions kept apart."""
    if distribution is None:
        return {}
    found: dict[tuple[str, ...], dict[int, int]] = {}
    by = (*asked.by, "upper_seconds")
    table = sql.Identifier("measure", "kpi_histogram")
    for row in _grouped(connection, (_CASES, table), by, asked, (*span, distribution)):
        key = tuple(row[name] for name in asked.by)
        found.setdefault(key, {})[row["upper_seconds"]] = row["case_count"]
    return found


def _percentiles(counts: Mapping[int, int]) -> dict[float, float]:
    read = {share: percentile(counts, share) for share in SHARES}
    return {share: seconds for share, seconds in read.items() if seconds is not None}


def _grouped(
    connection: Connection,
    source: tuple[sql.SQL, sql.Identifier],
    by: tuple[str, ...],
    asked: Asked,
    where: tuple[date, date, str],
) -> list[dict[str, Any]]:
    """Sum a table of parts over all but some columns, in order of these."""
    what, table = source
    columns = [sql.Identifier(name) for name in by]
    keys = sql.SQL(", ").join(columns)
    query = sql.SQL(
        "select {columns} from {table} where operational_day between %s and %s and metric = %s"
        " and (%s::text[] = '{{}}' or vendor = any(%s)) {group} having count(*) > 0"
    ).format(
        columns=sql.SQL(", ").join([*columns, what]),
        table=table,
        # Without a group there would be a row even of nothing: hence the `having`.
        group=sql.SQL("group by {}").format(keys) if by else sql.SQL(""),
    )
    vendors = list(asked.vendors)
    rows = connection.execute(query, [*where, vendors, vendors]).fetchall()
    return sorted(rows, key=lambda row: [row[name] for name in by])


def _definitions(
    metric: Metric, measured: Mapping[tuple[date, str], int], vendors: Collection[str]
) -> tuple[str, ...]:
    revisions = {n for (_, vendor), n in measured.items() if not vendors or vendor in vendors}
    return tuple(f"{metric.metric}/{n}" for n in sorted(revisions or {metric.revision}))


def _coverage(
    configuration: Configuration,
    metric: Metric,
    vendors: Collection[str],
    span: tuple[date, date],
    measured: Collection[tuple[date, str]],
) -> Coverage:
    expected: list[tuple[date, str]] = []
    cannot_tell: set[str] = set()
    for day in days_between(*span):
        for vendor in configuration.active_vendors(day):
            if vendors and vendor not in vendors:
                continue
            contract = configuration.vendor(vendor, day)
            if metric.is_told_by(contract.reported_events, contract.reported_fields):
                expected.append((day, vendor))
            else:
                cannot_tell.add(vendor)
    missing = tuple(each for each in expected if each not in measured)
    return Coverage(len(expected), missing, tuple(sorted(cannot_tell)))
