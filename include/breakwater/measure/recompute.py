"""What past days would say under another configuration, before anything is published.

A vendor-day is measured from the rows that have landed, by the rules of the configuration that is
asked about, and compared with what the warehouse serves. Nothing is written. What becomes rows,
columns and crosswalks and matching rules, is not measuring: it counts once a day is landed and
reconciled again, and what differs there is named instead of guessed at.
"""

import math
import tempfile
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from breakwater.contracts.configuration import Configuration
from breakwater.contracts.tables import CLOCK_RUN
from breakwater.measure.changed_outcomes import ChangedOutcome, changed_outcomes, outcomes_in
from breakwater.measure.measure import STAGE, measure_inputs, read_inputs, vendor_day
from breakwater.measure.models import MEASURED_OF_CONTRACT, MEASURED_OF_OPERATIONS
from breakwater.measure.results import Measured
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.stage_run import stage_summary
from breakwater.warehouse.workspace import Workspace

Figures = dict[tuple[str, str, str], float]
"""A number by what it is about: ``("clock", "decision_p1", "due")``, ``("metric", "aht",
"numerator")``."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that another configuration moves.

    Attributes:
        about: ``clock`` or ``metric``.
        name: which.
        figure: of a clock ``due``, ``met``, ``excused`` or a state of its listed runs; of a metric
            ``numerator`` or ``denominator``.
        before: what the warehouse serves.
        after: what it would be.
    """

    about: str
    name: str
    figure: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A vendor-day under another configuration.

    Attributes:
        day: the operational day.
        vendor: whose.
        is_current: whether what is served was measured from the rows that are there now; where it
            was not, the rows move figures, too.
        moved: every figure that differs, in order; none when the configuration changes nothing.
        outcomes: every run of a clock that ends otherwise, in order.
    """

    day: date
    vendor: str
    is_current: bool
    moved: tuple[Moved, ...]
    outcomes: tuple[ChangedOutcome, ...]


def recompute_days(
    workspace: Workspace,
    configuration: Configuration,
    days: Iterable[date],
    vendors: Sequence[str] = (),
) -> Iterator[Recomputed]:
    """Measure past days under a configuration, publishing nothing; yield one by one.

    Args:
        workspace: the installation whose rows are read.
        configuration: whose rules count.
        days: operational days; vendors that were not measured on one are left out of it.
        vendors: only these; all when empty.

    Raises:
        ConfigurationError: the configuration has no contract of a measured vendor.
    """
    other = replace(workspace, configuration=configuration)
    for day in days:
        for vendor in _measured_vendors(workspace, day):
            if not vendors or vendor in vendors:
                yield _recompute(other, vendor, day)


def unmeasured_changes(before: Configuration, after: Configuration) -> list[str]:
    """Name the settings that differ and count only when days are landed and reconciled again."""
    found = [
        f"operations.{name}"
        for name in type(before.operations).model_fields
        if name not in MEASURED_OF_OPERATIONS
        and getattr(before.operations, name) != getattr(after.operations, name)
    ]
    for vendor in sorted({*before.vendors, *after.vendors}):
        if vendor not in before.vendors or vendor not in after.vendors:
            found.append(f"vendors/{vendor}")
            continue
        one, other = before.vendors[vendor], after.vendors[vendor]
        found += [
            f"vendors/{vendor}.{name}"
            for name in type(one).model_fields
            if name not in MEASURED_OF_CONTRACT and getattr(one, name) != getattr(other, name)
        ]
    return found


def _measured_vendors(workspace: Workspace, day: date) -> list[str]:
    rows = workspace.warehouse.rows(
        "select vendor from operations.stage_run where operational_day = %s and stage = %s"
        " order by vendor",
        [day, STAGE],
    )
    return [row["vendor"] for row in rows]


def _recompute(workspace: Workspace, vendor: str, day: date) -> Recomputed:
    what = vendor_day(workspace, vendor, day)
    with workspace.warehouse.transaction() as connection:
        inputs = read_inputs(connection, what)
        is_current = _read_by_the_last_run(connection, vendor, day) == inputs.hashes
        before = _served(connection, vendor, day)
        runs = current_versions(connection, CLOCK_RUN.name, day, vendor)
        ended = [outcomes_in(workspace.lake.url(version.path)) for version in runs]
    with tempfile.TemporaryDirectory(prefix="breakwater-recompute-") as scratch:
        measured = measure_inputs(workspace, what, inputs, Path(scratch))
        after = _figures_of(measured)
        outcomes = changed_outcomes(
            dict(ChainMap(*map(dict, ended))), outcomes_in(measured.clock_runs)
        )
    moved = tuple(
        Moved(*about, before.get(about, 0), after.get(about, 0))
        for about in sorted({*before, *after})
        if before.get(about, 0) != after.get(about, 0)
    )
    return Recomputed(day, vendor, is_current, moved, outcomes)


def _read_by_the_last_run(connection: Connection, vendor: str, day: date) -> list[str]:
    last = stage_summary(connection, day, vendor, STAGE)
    return [] if last is None else list(last["summary"]["read"])


def _served(connection: Connection, vendor: str, day: date) -> Figures:
    """Read what the warehouse says of a vendor-day."""

    def rows(query: str) -> list[dict[str, Any]]:
        return connection.execute(query.encode(), [day, vendor]).fetchall()

    of_vendor_day = "where operational_day = %s and vendor = %s"
    return _figures(
        (
            (row["clock"], row["due_count"], row["met_count"])
            for row in rows(f"select * from measure.attainment {of_vendor_day}")  # noqa: S608  our own text
        ),
        (
            (row["clock"], row["state"], row["is_excused"])
            for row in rows(f"select * from measure.clock_exception {of_vendor_day}")  # noqa: S608  our own text
        ),
        (
            (row["metric"], row["numerator"], row["denominator"])
            for row in rows(f"select * from measure.kpi_fact {of_vendor_day}")  # noqa: S608  our own text
        ),
    )


def _figures_of(measured: Measured) -> Figures:
    return _figures(
        ((part.clock, part.due, part.met) for part in measured.attainment),
        ((row["clock"], row["state"], row["is_excused"]) for row in measured.exceptions),
        (row[-3:] for row in measured.facts),
    )


def _figures(
    attainment: Iterable[tuple[str, int, int]],
    exceptions: Iterable[tuple[str, str, bool]],
    facts: Iterable[tuple[Any, ...]],
) -> Figures:
    """Add rows up by clock and by metric, in a way that their order does not change."""
    figures: dict[tuple[str, str, str], int] = Counter()
    for clock, due, met in attainment:
        figures["clock", clock, "due"] += due
        figures["clock", clock, "met"] += met
    for clock, state, is_excused in exceptions:
        figures["clock", clock, state] += 1
        if is_excused:
            figures["clock", clock, "excused"] += 1
    terms: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for metric, numerator, denominator in facts:
        terms["metric", metric, "numerator"].append(numerator)
        if denominator is not None:
            terms["metric", metric, "denominator"].append(denominator)
    return {**figures, **{about: math.fsum(values) for about, values in terms.items()}}
