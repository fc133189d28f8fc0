"""Sums of metrics over many days at once, and what each vendor's numbers are measured by.

For pages of many numbers; one number by itself is read by `breakwater.warehouse.numbers`, from the
same facts and by the same rules of who can tell it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.metrics import METRICS
from breakwater.warehouse.database import Connection

_TRACKS = """
    select vendor, queue, metric,
           array_agg(operational_day - %(first)s::date order by operational_day) as days,
           array_agg(numerator order by operational_day) as numerators,
           array_agg(denominator order by operational_day) as denominators
    from (
        select operational_day, vendor, queue, metric,
               sum(numerator) as numerator, sum(denominator) as denominator
        from measure.kpi_fact
        where operational_day between %(first)s and %(last)s and metric = any(%(metrics)s)
        group by operational_day, vendor, queue, metric
    ) as slice
    group by vendor, queue, metric
    order by vendor collate "C", queue collate "C", metric collate "C"
"""
_MEASURED = """
    select distinct vendor, summary->'revisions' as revisions from operations.stage_run
    where stage = 'measure' and operational_day between %s and %s
"""


@dataclass(frozen=True, slots=True)
class Track:
    """One metric of one queue of one vendor over a span of days; None where no row is."""

    vendor: str
    queue: str
    metric: str
    numerators: tuple[float | None, ...]
    denominators: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a vendor's numbers of one metric are.

    Attributes:
        vendor: whose.
        metric: which.
        is_told: whether its contract reports what the metric needs.
        definitions: by which its days were measured; several only where a revision changed.
    """

    vendor: str
    metric: str
    is_told: bool
    definitions: tuple[str, ...]


def read_tracks(
    connection: Connection, metrics: Sequence[str], first: date, last: date
) -> tuple[Track, ...]:
    """Return the sums of metrics by vendor and queue, one place a day of the span."""
    parameters = {"first": first, "last": last, "metrics": list(metrics)}
    days = (last - first).days + 1
    return tuple(
        Track(
            row["vendor"],
            row["queue"],
            row["metric"],
            spread(row["days"], row["numerators"], days),
            spread(row["days"], row["denominators"], days),
        )
        for row in connection.execute(_TRACKS, parameters)
    )


def spread(
    places: Sequence[int], values: Sequence[float | None], days: int
) -> tuple[float | None, ...]:
    """Put values at their places among so many days; None elsewhere."""
    found: list[float | None] = [None] * days
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return tuple(found)


def read_meanings(
    connection: Connection,
    configuration: Configuration,
    metrics: Sequence[str],
    first: date,
    last: date,
) -> tuple[Meaning, ...]:
    """Say of each vendor that is active on the last day what its numbers of the span are."""
    revisions: dict[str, list[dict[str, int]]] = {}
    for row in connection.execute(_MEASURED, [first, last]):
        revisions.setdefault(row["vendor"], []).append(row["revisions"] or {})
    found = []
    for vendor in configuration.active_vendors(last):
        contract = configuration.vendor(vendor, last)
        events, fields = contract.reported_events, contract.reported_fields
        for name in metrics:
            metric = METRICS[name]
            measured = {int(each.get(name, 1)) for each in revisions.get(vendor, [])}
            definitions = tuple(f"{name}/{n}" for n in sorted(measured or {metric.revision}))
            found.append(Meaning(vendor, name, metric.is_told_by(events, fields), definitions))
    return tuple(found)
