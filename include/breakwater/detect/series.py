"""From leaf facts to the series that are watched: roll-ups, each with the leaves it sums."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from breakwater.contracts.metrics import METRICS
from breakwater.detect.facts import Facts, MetricFacts
from breakwater.detect.panel import BACKLOG, COUNT, MEAN, RATE, TIME, WAIT, Flags, Floats, Panel
from breakwater.detect.slices import DIMENSIONS, WATCHED, Slice

_KINDS = {"count": COUNT, "level": BACKLOG, "rate": RATE, "mean": MEAN}

WAITS = frozenset({"average_answer_speed"})
"""Means that follow from when people work, not from what the work is: after a night or a weekend a
wait is many times that of a weekday, and the cases of one day waited for the same reason."""

OF_TIME = frozenset({"schedule_adherence"})
"""Shares whose denominator is seconds: so many of them leave nothing to chance, and what a day differs
by is what people have in common."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One slice over T days.

    Attributes:
        slice: what it is.
        members: which of the metric's leaves it sums.
        y: values; NaN where a vendor that belongs to it did not report.
        den: denominators; NaN for counts and levels.
    """

    slice: Slice
    members: Flags
    y: Floats
    den: Floats


def build_series(facts: Facts) -> list[Series]:
    """Roll up every watched slice, in a stable order; equal slices appear once."""
    found: list[Series] = []
    for metric in sorted(facts.metrics.keys() & WATCHED.keys()):
        leaves = facts.metrics[metric]
        slices = _slices(metric, leaves)
        found.extend(_roll_up(one, slices[one], leaves, facts) for one in sorted(slices))
    return found


def build_panel(series: list[Series], days: tuple[date, ...], holidays: dict[str, Flags]) -> Panel:
    """Lay series side by side; a slice that spans vendors keeps no vendor's holidays.

    Args:
        series: what to lay out; at least one.
        days: their days.
        holidays: public holidays of each vendor, one flag a day.
    """
    vendors = sorted(holidays)
    region = {vendor: index for index, vendor in enumerate(vendors)}
    calendars = [holidays[vendor] for vendor in vendors]
    calendars.append(np.zeros(len(days), dtype=np.bool_))
    return Panel(
        y=np.array([one.y for one in series]),
        den=np.array([one.den for one in series]),
        kind=np.array([_kind_of(one.slice.metric) for one in series]),
        region=np.array([region.get(one.slice.vendor or "", len(vendors)) for one in series]),
        hol=np.array(calendars),
        dow=np.array([day.weekday() for day in days]),
        hist=len(days) - 1,
    )


def _kind_of(metric: str) -> str:
    if metric in OF_TIME:
        return TIME
    return WAIT if metric in WAITS else _KINDS[METRICS[metric].kind]


def _slices(metric: str, facts: MetricFacts) -> dict[Slice, Flags]:
    """Name every slice with its leaves; of slices with the same leaves the plainest stays.

    A vendor with one site is the same slice as that site, and the vendor's name says more.
    """
    values = np.array(facts.leaves)
    named: dict[bytes, tuple[Slice, Flags]] = {}
    for dimensions in WATCHED[metric]:
        columns = [DIMENSIONS.index(name) for name in dimensions]
        keys, codes = np.unique(values[:, columns], axis=0, return_inverse=True)
        for code, key in enumerate(keys.tolist()):
            members = np.asarray(codes.reshape(-1) == code)
            one = Slice(metric, tuple(zip(dimensions, key, strict=True)))
            known = named.get(members.tobytes())
            if known is None or _plainness(one) < _plainness(known[0]):
                named[members.tobytes()] = one, members
    return dict(named.values())


def _plainness(one: Slice) -> tuple[bool, int]:
    return one.vendor is None, len(one.scope)


def _roll_up(one: Slice, members: Flags, facts: MetricFacts, all_facts: Facts) -> Series:
    above = facts.numerator[members].sum(axis=0)
    below = facts.denominator[members].sum(axis=0)
    if METRICS[one.metric].denominator is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            return Series(one, members, np.where(below > 0, above / below, np.nan), below)
    # A count is whole only when everybody it sums has reported.
    vendors = {leaf[0] for leaf, inside in zip(facts.leaves, members, strict=True) if inside}
    whole = np.all([all_facts.reported[vendor] for vendor in sorted(vendors)], axis=0)
    return Series(one, members, np.where(whole, above, np.nan), np.full(len(above), np.nan))
