"""The finest facts behind one abnormal slice, a few weeks of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from breakwater.detect.cause.usual import DAYS_NEEDED
from breakwater.detect.panel import Floats
from breakwater.warehouse.database import Connection
from breakwater.warehouse.numbers import DIMENSIONS

ATTRIBUTES = DIMENSIONS
"""Of slices with the same leaves, the one of earlier attributes is told."""

_FINEST = """
    select vendor, site, queue, policy, language, priority,
           array_agg(operational_day - %(first)s::date order by operational_day) as days,
           array_agg(numerator order by operational_day) as numerators,
           array_agg(denominator order by operational_day) as denominators
    from measure.kpi_fact
    where operational_day between %(first)s and %(last)s and metric = %(metric)s
      and (%(vendor)s::text is null or vendor = %(vendor)s)
      and (%(site)s::text is null or site = %(site)s)
      and (%(queue)s::text is null or queue = %(queue)s)
      and (%(language)s::text is null or language = %(language)s)
    group by vendor, site, queue, policy, language, priority
    order by vendor collate "C", site collate "C", queue collate "C", policy collate "C",
             language collate "C", priority collate "C"
"""


@dataclass(frozen=True, slots=True, eq=False)
class Finest:
    """l leaves of one slice over the last T days.

    Attributes:
        columns: for each of `ATTRIBUTES`, the value of each leaf.
        numerator: l × T; zero where nothing was counted.
        denominator: the same; zero for counts and levels.
    """

    columns: tuple[tuple[str, ...], ...]
    numerator: Floats
    denominator: Floats


def read_finest(
    connection: Connection, metric: str, scope: Mapping[str, str | None], day: date
) -> Finest | None:
    """Read a slice's leaves up to a day; None when there are none.

    Args:
        connection: in the transaction of the stage.
        metric: which one.
        scope: vendor, site, queue and language, those that name the slice.
        day: the last one.
    """
    names = ("vendor", "site", "queue", "language")
    parameters = {name: scope.get(name) for name in names} | {
        "metric": metric,
        "first": day - timedelta(days=DAYS_NEEDED - 1),
        "last": day,
    }
    rows = connection.execute(_FINEST, parameters).fetchall()
    if not rows:
        return None
    numerator = np.zeros((len(rows), DAYS_NEEDED))
    denominator = np.zeros((len(rows), DAYS_NEEDED))
    for index, row in enumerate(rows):
        numerator[index, row["days"]] = row["numerators"]
        denominator[index, row["days"]] = [value or 0.0 for value in row["denominators"]]
    columns = tuple(tuple(row[name] for row in rows) for name in ATTRIBUTES)
    return Finest(columns, numerator, denominator)
