"""What the models yield for a vendor-day, taken from the engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breakwater.contracts.tables import CLOCK_RUN, KPI_HOUR
from breakwater.engine.base import Engine
from breakwater.measure.attainment import Attained, target_of, targets_in_force
from breakwater.measure.models import VendorDay

CLOCK_RUN_ORDER = ("clock", "case_id_vendor", "started_at", "cycle")
KPI_HOUR_ORDER = ("metric", "hour_at", "site", "queue", "policy", "language", "priority")
EXCEPTION_COLUMNS = (
    "clock",
    "kind",
    "case_id_vendor",
    "site",
    "queue",
    "policy",
    "language",
    "priority",
    "cycle",
    "state",
    "is_due",
    "triggered_at",
    "started_at",
    "stopped_at",
    "due_at",
    "elapsed_seconds",
    "target_seconds",
    "is_excused",
    "excusal",
)
FACT_COLUMNS = (
    "site",
    "queue",
    "policy",
    "language",
    "priority",
    "metric",
    "numerator",
    "denominator",
)
HISTOGRAM_COLUMNS = (*FACT_COLUMNS[:6], "upper_seconds", "case_count")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows that depend on inputs and rules alone, in a stable order.

    Attributes:
        clock_runs: the Parquet file of every clock run.
        clock_run_count: its rows.
        hours: the Parquet file of facts by the hour.
        hour_count: its rows.
        exceptions: `EXCEPTION_COLUMNS` by name; instants in UTC seconds.
        attainment: one a clock and queue.
        facts: rows of `FACT_COLUMNS`.
        histogram: rows of `HISTOGRAM_COLUMNS`.
        tightest: by clock and queue of cases past a legal deadline, how many of them have another
            clock that is the most pressing, by its name.
        totals: cases by what the day saw of them; `returned` were solved before it and taken up
            again in it, which the roll-forward of the backlog needs.
    """

    clock_runs: Path
    clock_run_count: int
    hours: Path
    hour_count: int
    exceptions: list[dict[str, Any]]
    attainment: list[Attained]
    facts: list[Row]
    histogram: list[Row]
    totals: dict[str, int]
    clocks_settled: int
    tightest: dict[tuple[str, str], dict[str, int]]


def take(engine: Engine, what: VendorDay, folder: Path) -> Measured:
    """Write the clock runs and the facts by the hour to files, and fetch the answers."""
    clock_runs, hours = folder / "clock_run.parquet", folder / "kpi_hour.parquet"
    exceptions = engine.fetch("clock_exception", CLOCK_RUN_ORDER).select(EXCEPTION_COLUMNS)
    return Measured(
        clock_runs=clock_runs,
        clock_run_count=engine.write("clock_settled", CLOCK_RUN, CLOCK_RUN_ORDER, clock_runs),
        hours=hours,
        hour_count=engine.write("kpi_hour", KPI_HOUR, KPI_HOUR_ORDER, hours),
        exceptions=exceptions.to_pylist(),
        attainment=_attainment(engine, what),
        facts=_rows(engine, "kpi_fact", FACT_COLUMNS, FACT_COLUMNS[:6]),
        histogram=_rows(engine, "kpi_histogram", HISTOGRAM_COLUMNS, HISTOGRAM_COLUMNS[:7]),
        totals=engine.fetch("case_total").to_pylist()[0],
        clocks_settled=engine.fetch("clock_total").to_pylist()[0]["settled"],
        tightest=_tightest(engine),
    )


def _tightest(engine: Engine) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in engine.fetch("breach_tightest", ("clock", "queue", "tightest")).to_pylist():
        found.setdefault((row["clock"], row["queue"]), {})[row["tightest"]] = row["case_count"]
    return found


def _rows(
    engine: Engine, name: str, columns: tuple[str, ...], order_by: tuple[str, ...]
) -> list[Row]:
    table = engine.fetch(name, order_by)
    return list(zip(*(table.column(column).to_pylist() for column in columns), strict=True))


def _attainment(engine: Engine, what: VendorDay) -> list[Attained]:
    targets = targets_in_force(what.contract, what.day)
    attained = []
    for row in engine.fetch("attainment", ("clock", "queue")).to_pylist():
        target = target_of(targets, row["clock"], row["queue"])
        share = target.share if target else None
        attained.append(
            Attained(row["clock"], row["queue"], row["due_count"], row["met_count"], share)
        )
    return attained
