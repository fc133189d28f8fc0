"""Measure a vendor's operational day: clocks, attainment, KPI facts."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from breakwater.contracts.metrics import REVISIONS
from breakwater.contracts.tables import CASE_EVENT, CLOCK_RUN, KPI_HOUR, RECON_OUTCOME, SHIFT
from breakwater.contracts.vendor import SHIFTS
from breakwater.core.days import utc_instant
from breakwater.core.errors import NotLandedError
from breakwater.core.finding import Finding
from breakwater.engine.open import open_engine
from breakwater.measure.attainment import promises, targets_in_force
from breakwater.measure.excusal.settle import excusals_of
from breakwater.measure.findings import About, attainment_findings, breach_findings
from breakwater.measure.models import VendorDay, run_measures
from breakwater.measure.results import (
    EXCEPTION_COLUMNS,
    FACT_COLUMNS,
    HISTOGRAM_COLUMNS,
    Measured,
    Row,
    take,
)
from breakwater.measure.sla.promises import told_promises
from breakwater.measure.sla.vendor_calendars import replaced_contracts
from breakwater.warehouse.database import Connection, hold, replace_rows
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.lake import (
    Partition,
    Written,
    current_versions,
    current_versions_between,
    point,
)
from breakwater.warehouse.stage_run import (
    StageResult,
    fingerprint_of,
    record_stage,
    stage_summary,
)
from breakwater.warehouse.workspace import Workspace

STAGE = "measure"

_ATTAINMENT_COLUMNS = ("clock", "queue", "due_count", "met_count", "target_share")
_INSTANTS = frozenset({"triggered_at", "started_at", "stopped_at", "due_at"})


@dataclass(frozen=True, slots=True)
class Inputs:
    """Versions of the lake that a vendor-day is measured from."""

    case_events: tuple[Written, ...]
    recon_outcomes: tuple[Written, ...]
    earlier: tuple[Written, ...] = ()
    """Events of earlier days, of which only reported due instants are read."""
    shifts: tuple[Written, ...] = ()

    @property
    def hashes(self) -> list[str]:
        """Content hashes, in a stable order."""
        return [
            version.sha256
            for several in (self.case_events, self.recon_outcomes, self.earlier, self.shifts)
            for version in several
        ]

    @property
    def row_count(self) -> int:
        """How many rows the models read."""
        read = (*self.case_events, *self.recon_outcomes, *self.shifts)
        return sum(version.row_count for version in read)


def read_inputs(connection: Connection, what: VendorDay) -> Inputs:
    """Return the current versions that measuring a vendor-day reads."""
    vendor, day = what.contract.vendor, what.day
    events = current_versions_between(connection, CASE_EVENT.name, what.first_day, day, vendor)
    outcomes = current_versions(connection, RECON_OUTCOME.name, day, vendor)
    first, before = what.first_promise_day, day - timedelta(days=1)
    earlier = current_versions_between(connection, CASE_EVENT.name, first, before, vendor)
    shifts = current_versions(connection, SHIFT.name, day, vendor) if what.contract.shifts else []
    return Inputs(tuple(events), tuple(outcomes), tuple(earlier), tuple(shifts))


def vendor_day(workspace: Workspace, vendor: str, day: date) -> VendorDay:
    """Return what is to be measured, and by which rules."""
    configuration = workspace.configuration
    contract = configuration.vendor(vendor, day)
    return VendorDay(
        day=day,
        window=workspace.window(day),
        contract=contract,
        clocks=configuration.clocks,
        operations=configuration.operations,
        excusals=excusals_of(configuration.excusals, vendor),
        replaced=replaced_contracts(configuration.versions(vendor), contract, day),
    )


def measure_day(workspace: Workspace, vendor: str, day: date, now: datetime) -> StageResult:
    """Run every clock and count every KPI fact of a vendor's operational day.

    Safe to repeat: the vendor-day is replaced as a whole, and an unchanged one stays as it was.

    Args:
        workspace: the installation.
        vendor: whose cases.
        day: which operational day.
        now: the instant to remember for what changes.

    Returns:
        Counts of cases, clocks, exceptions and facts.

    Raises:
        NotLandedError: the day has not been landed and reconciled.
        ConfigurationError: a calendar cannot be laid out.
    """
    what = vendor_day(workspace, vendor, day)
    with (
        tempfile.TemporaryDirectory(prefix="breakwater-measure-") as scratch,
        workspace.warehouse.transaction() as connection,
    ):
        hold(connection, STAGE, vendor, day)
        _must_be_reconciled(connection, vendor, day)
        inputs = read_inputs(connection, what)
        measured = measure_inputs(workspace, what, inputs, Path(scratch))
        return _publish(connection, workspace, what, inputs=inputs, measured=measured, now=now)


def _must_be_reconciled(connection: Connection, vendor: str, day: date) -> None:
    for stage in ("land", "reconcile"):
        if stage_summary(connection, day, vendor, stage) is None:
            raise NotLandedError(
                vendor,
                day,
                "there is nothing to measure",
                expected=f"a vendor-day that went through {stage}",
                found="none",
            )


def measure_inputs(workspace: Workspace, what: VendorDay, inputs: Inputs, folder: Path) -> Measured:
    """Measure a vendor-day from versions of the lake; rows go to files of a folder, nothing elsewhere."""
    settings = workspace.configuration.operations.engine
    with open_engine(settings, workspace.warehouse.dsn, row_count=inputs.row_count) as engine:
        run_measures(
            engine,
            what,
            [workspace.lake.url(version.path) for version in inputs.case_events],
            [workspace.lake.url(version.path) for version in inputs.recon_outcomes],
            told_promises(workspace.lake, [version.path for version in inputs.earlier]),
            shifts=[workspace.lake.url(version.path) for version in inputs.shifts],
        )
        return take(engine, what, folder)


def _publish(
    connection: Connection,
    workspace: Workspace,
    what: VendorDay,
    *,
    inputs: Inputs,
    measured: Measured,
    now: datetime,
) -> StageResult:
    vendor, day = what.contract.vendor, what.day
    partition = Partition.of_day(CLOCK_RUN.name, day, vendor)
    written = workspace.lake.put_version(partition, measured.clock_runs, measured.clock_run_count)
    point(connection, partition, written, now)
    by_hour = Partition.of_day(KPI_HOUR.name, day, vendor)
    hours = workspace.lake.put_version(by_hour, measured.hours, measured.hour_count)
    point(connection, by_hour, hours, now)
    _replace_answers(connection, {"operational_day": day, "vendor": vendor}, measured)
    findings = list(_findings(what, measured))
    replace_findings(connection, day, STAGE, vendor, findings)
    return record_stage(
        connection,
        day=day,
        vendor=vendor,
        stage=STAGE,
        inputs=[inputs.hashes, what.rules, *([REVISIONS] if REVISIONS else [])],
        outputs=[
            written.sha256,
            hours.sha256,
            _fingerprint(measured),
            [asdict(found) for found in findings],
        ],
        summary={
            "cases": measured.totals["cases"],
            "clocks": measured.clock_run_count,
            "exceptions": len(measured.exceptions),
            "facts": len(measured.facts),
            "findings": len(findings),
            "totals": measured.totals,
            "clocks_settled": measured.clocks_settled,
            "excused": sum(row["is_excused"] for row in measured.exceptions),
            "read": inputs.hashes,
            "revisions": REVISIONS,
            SHIFTS: sum(version.row_count for version in inputs.shifts),
        },
        at=now,
    )


def _replace_answers(connection: Connection, key: dict[str, object], measured: Measured) -> None:
    exceptions = (
        [_served(column, row[column]) for column in EXCEPTION_COLUMNS]
        for row in measured.exceptions
    )
    attainment = (
        (part.clock, part.queue, part.due, part.met, part.target_share)
        for part in measured.attainment
    )
    for table, columns, rows in (
        ("measure.clock_exception", EXCEPTION_COLUMNS, exceptions),
        ("measure.attainment", _ATTAINMENT_COLUMNS, attainment),
        ("measure.kpi_fact", FACT_COLUMNS, measured.facts),
        ("measure.kpi_histogram", HISTOGRAM_COLUMNS, measured.histogram),
    ):
        replace_rows(connection, table, key, columns, rows)


def _served(column: str, value: Any) -> Any:  # noqa: ANN401  a cell of any type
    """Turn UTC seconds into the instant that people are served."""
    return utc_instant(value) if column in _INSTANTS and value is not None else value


def _findings(what: VendorDay, measured: Measured) -> Iterator[Finding]:
    about = About(what.contract.vendor, what.day, what.window.end, what.operations.zone_info)
    kept = promises(measured.attainment, targets_in_force(what.contract, what.day))
    yield from attainment_findings(about, kept, what.operations.attainment, measured.exceptions)
    yield from breach_findings(about, measured.exceptions, what.clocks, measured.tightest)


def _fingerprint(measured: Measured) -> str:
    rows: list[Row] = [*measured.facts, *measured.histogram]
    return fingerprint_of(
        [rows, measured.exceptions, [asdict(part) for part in measured.attainment]]
    )
