"""Failures of tasks and runs as findings: how they are written down, and when they are gone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from airflow.sdk import Connection, Context
from psycopg.conninfo import make_conninfo

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.errors import ContractError, ControlTotalError, ExportMissingError
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.period import PeriodKind
from breakwater.orchestration.connections import WAREHOUSE_CONNECTION, dsn_of, installation
from breakwater.orchestration.days import operational_day
from breakwater.orchestration.reporting import period_of
from breakwater.orchestration.restating import DayStaleError
from breakwater.orchestration.run_type import asked_to_tell, run_type_of, started_by
from breakwater.orchestration.stages import vendors_of
from breakwater.orchestration.tags import Stage, Tier
from breakwater.warehouse.database import Database
from breakwater.warehouse.finding import findings_of_day, replace_findings
from breakwater.warehouse.stage_run import WHOLE_DAY
from breakwater.warehouse.workspace import Workspace

TOLD_BY_A_FINDING: Mapping[type[Exception], frozenset[Rule]] = {
    # `fetch` writes it when it gives up. Our own log missing has none, and is told.
    ExportMissingError: frozenset({Rule.EXPORT_MISSING}),
    # `land` writes one of them for a file that it refuses. Books of ours that differ have none.
    ContractError: frozenset({Rule.EXPORT_UNREADABLE, Rule.EXPORT_TRUNCATED}),
    ControlTotalError: frozenset({Rule.EXPORT_TRUNCATED, Rule.EXPORT_UNREADABLE}),
}
"""Errors that say what a finding of their vendor-day says already, if it is there."""

LOOKS_BACK = timedelta(days=8)
"""How long a failure is looked for of a Dag that is about no day, once another run of it ends well."""

_CONNECT_SECONDS = 5
_LOCK_TIMEOUT = "-c lock_timeout=10s"
# Airflow ends a process that is still there twenty seconds after its task.


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed, and why as far as it may be told.

    Attributes:
        task: the task; None when it is the run as a whole.
        error: of a task's error the object; what it says may be a vendor's words, so only its kind is
            told.
        ended: in a word of ours how something ended that raised no error.
    """

    task: str | None
    error: object = None
    ended: str | None = None

    @property
    def detail(self) -> Mapping[str, str]:
        """Say of it what may be told."""
        if self.ended is not None:
            return {"ended": self.ended}
        return {"error": type(self.error).__name__} if isinstance(self.error, BaseException) else {}


def write_failure(context: Context, failure: Failure, now: datetime) -> None:
    """Write a finding, if none says the same, and tell it as the kind of the run allows.

    Raises:
        NoOperationalDayError: the run is about no day though it should.
    """
    workspace = _in_haste(installation())
    vendor = _vendor(context, workspace) if failure.task else None
    day = _day(context) or operational_day_of(
        utc_seconds(now), workspace.configuration.operations.zone_info
    )
    dag = context["dag"].dag_id
    finding = Finding(
        rule=Rule.DAG_FAILED,
        operational_day=day,
        vendor=vendor,
        severity=_severity(context, failure.error),
        scope={"dag": dag, **({"task": failure.task} if failure.task else {})},
        value=1,
        unit="tasks" if failure.task else "runs",
        detail=dict(failure.detail),
    )
    with workspace.warehouse.transaction() as connection:
        told_by = next(
            (by for kind, by in TOLD_BY_A_FINDING.items() if isinstance(failure.error, kind)),
            frozenset(),
        )
        found = findings_of_day(connection, day) if told_by else ()
        is_told = any(each.rule in told_by and each.vendor == vendor for each in found)
        if is_told and finding.finding_id not in {each.finding_id for each in found}:
            return
        new = [] if is_told else [finding]
        replace_findings(connection, day, _stage(dag, failure.task), vendor or WHOLE_DAY, new)
    _raise(context, workspace, day, now)


def forget_failure(context: Context, task: str | None, now: datetime) -> None:
    """Remove what an earlier failure of a task left, or of the whole run, and tell that it is over."""
    # Every task that ends well comes here: one short question, and nearly always that is all.
    day = _day(context)
    first, last = (day, day) if day else ((now - LOOKS_BACK).date(), now.date() + timedelta(days=1))
    stage = _stage(context["dag"].dag_id, task)
    part = (_vendor(context) if task else None) or WHOLE_DAY
    warehouse = _hasty(Database(dsn_of(Connection.get(WAREHOUSE_CONNECTION))))
    rows = warehouse.rows(
        "select distinct operational_day as day from operations.finding where rule = %s"
        " and operational_day between %s and %s and stage = %s and part = %s",
        [Rule.DAG_FAILED, first, last, stage, part],
    )
    if not rows:
        return
    workspace = _in_haste(installation())
    for row in rows:
        with workspace.warehouse.transaction() as connection:
            replace_findings(connection, row["day"], stage, part, [])
        _raise(context, workspace, row["day"], now)


def _raise(context: Context, workspace: Workspace, day: date, now: datetime) -> None:
    """Bring incidents of failures in line, and no others: the stages may still be at work."""
    from breakwater.notify.incidents import raise_incidents

    raise_incidents(
        workspace,
        day,
        now,
        run_type=run_type_of(context),
        notify=asked_to_tell(context),
        started_by=started_by(context),
        only=Rule.DAG_FAILED,
    )


def _day(context: Context) -> date | None:
    """Return the day that a run is about, of a week or month its last; None when it is about none."""
    tags = context["dag"].tags
    if Stage.REPORT in tags:
        kind = PeriodKind(context["dag"].dag_id.removeprefix("report_"))
        return period_of(context, kind).last
    return operational_day(context) if Stage.CLOSE in tags else None


def _vendor(context: Context, workspace: Workspace | None = None) -> str | None:
    """Return the vendor of a mapped task; where its arguments are not known, by its number."""
    number = context["ti"].map_index
    if number is None or number < 0:
        return None
    vendor = getattr(context["task"], "op_kwargs", {}).get("vendor")
    if isinstance(vendor, str):
        return vendor
    return vendors_of(context, (workspace or installation()).configuration)[number]


def _severity(context: Context, error: object) -> Severity:
    """Judge by how soon somebody has to look at the Dag; other days' trouble is not urgent."""
    is_urgent = Tier.MORNING in context["dag"].tags and not isinstance(error, DayStaleError)
    return Severity.MAJOR if is_urgent else Severity.WARNING


def _stage(dag: str, task: str | None) -> str:
    return f"{dag}.{task}" if task else dag


def _in_haste(workspace: Workspace) -> Workspace:
    return replace(workspace, warehouse=_hasty(workspace.warehouse))


def _hasty(database: Database) -> Database:
    dsn = make_conninfo(database.dsn, connect_timeout=_CONNECT_SECONDS, options=_LOCK_TIMEOUT)
    return replace(database, dsn=dsn)
