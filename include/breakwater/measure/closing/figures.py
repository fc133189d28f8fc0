"""The figures of a closed day: each vendor's own, and their sums."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from breakwater.warehouse.database import Connection

_FIGURES = Path(__file__).with_name("figure.sql")

Figures = dict[str, Any]
"""A nest of counts: a number, or more of the same by name."""


def figures_of_day(connection: Connection, day: date, vendors: list[str]) -> Figures:
    """Read the figures of each vendor and add them up.

    Returns:
        ``total`` and, by vendor, ``vendors``; each a nest of counts: ``tie_out`` and ``outcomes``
        by book, ``flow`` by metric, ``attainment`` by clock (due and met), ``exceptions`` by state, ``excused`` by excusal,
        ``breaches`` by statutory clock.
    """
    by_vendor: dict[str, Figures] = {vendor: {} for vendor in sorted(vendors)}
    parameters = {"day": day, "vendors": vendors}
    for row in connection.execute(_FIGURES.read_bytes(), parameters):
        place = by_vendor[row["vendor"]]
        *path, name = row["path"]
        for step in path:
            place = place.setdefault(step, {})
        place[name] = row["number"]
    return {"total": added_up(list(by_vendor.values())), "vendors": by_vendor}


def added_up(nests: list[Figures]) -> Figures:
    """Add nests of counts, place by place."""
    places: dict[str, list[Any]] = defaultdict(list)
    for nest in nests:
        for name, value in nest.items():
            places[name].append(value)
    return {
        name: added_up(values) if isinstance(values[0], dict) else sum(values)
        for name, values in sorted(places.items())
    }
