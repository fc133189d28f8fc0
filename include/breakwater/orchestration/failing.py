"""A task that failed for good is told like any alert, and is over when the task ends well.

Airflow calls both functions where the task ran, once its state is settled; of a task whose worker was
lost it calls the first where Dags are parsed. They must be done soon, and whatever goes wrong in
them is logged: nothing hangs on them.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from airflow.sdk import Connection, Context
from psycopg.conninfo import make_conninfo

from breakwater.core.days import operational_day_of, utc_seconds
from breakwater.core.errors import ContractError, ControlTotalError, ExportMissingError
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.period import PeriodKind
from breakwater.orchestration.connections import WAREHOUSE_CONNECTION, dsn_of, installation
from breakwater.orchestration.days import NoOperationalDayError, instant, operational_day
from breakwater.orchestration.reporting import period_of
from breakwater.orchestration.restating import DayStaleError
from breakwater.orchestration.run_type import asked_to_tell, run_type_of, started_by
from breakwater.orchestration.stages import vendors_of
from breakwater.orchestration.tags import Tier
from breakwater.orchestration.verdict import DayIncompleteError
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

NOT_TOLD = (
    DayIncompleteError,  # it repeats what became of the tasks before it
    NoOperationalDayError,  # only a person starts such a run, and looks at it; it is about no day
)

LOOKS_BACK = timedelta(days=8)
"""How long a failure is looked for of a task that is about no day, once another run of it ends well."""

_CONNECT_SECONDS = 5
_LOCK_TIMEOUT = "-c lock_timeout=10s"
# Airflow ends a process that is still there twenty seconds after its task.

log = logging.getLogger(__name__)


def tell_failure(context: Context) -> None:
    """Turn a failed task into a finding and an incident, told as the kind of its run allows."""
    try:
        _tell(context, instant())
    except Exception:
        log.exception("the failure of this task could not be written down: nobody is told of it")


def end_failure(context: Context) -> None:
    """Resolve what an earlier failure of the same task left, if there was one."""
    try:
        _end(context, instant())
    except Exception:
        log.exception("an earlier failure of this task could not be looked for: it stays open")


def _tell(context: Context, now: datetime) -> None:
    error = context.get("exception")
    if isinstance(error, NOT_TOLD):
        return
    workspace = _in_haste(installation())
    vendor = _vendor(context, workspace)
    day = _day(context) or operational_day_of(
        utc_seconds(now), workspace.configuration.operations.zone_info
    )
    finding = Finding(
        rule=Rule.DAG_FAILED,
        operational_day=day,
        vendor=vendor,
        severity=_severity(context, error),
        scope={"dag": context["dag"].dag_id, "task": context["ti"].task_id},
        value=1,
        unit="tasks",
        # Of an error its kind alone: what it says may be a vendor's words.
        detail={"error": type(error).__name__} if isinstance(error, BaseException) else {},
    )
    with workspace.warehouse.transaction() as connection:
        told_by = next(
            (by for kind, by in TOLD_BY_A_FINDING.items() if isinstance(error, kind)), frozenset()
        )
        found = findings_of_day(connection, day) if told_by else ()
        is_told = any(each.rule in told_by and each.vendor == vendor for each in found)
        if is_told and finding.finding_id not in {each.finding_id for each in found}:
            return
        new = [] if is_told else [finding]
        replace_findings(connection, day, _stage(context), vendor or WHOLE_DAY, new)
    _raise(context, workspace, day, now)


def _end(context: Context, now: datetime) -> None:
    # Every task that ends well comes here: one short question, and nearly always that is all.
    day = _day(context)
    first, last = (day, day) if day else ((now - LOOKS_BACK).date(), now.date() + timedelta(days=1))
    part = _vendor_said(context) or WHOLE_DAY
    warehouse = _hasty(Database(dsn_of(Connection.get(WAREHOUSE_CONNECTION))))
    rows = warehouse.rows(
        "select distinct operational_day as day from operations.finding where rule = %s"
        " and operational_day between %s and %s and stage = %s and part = %s",
        [Rule.DAG_FAILED, first, last, _stage(context), part],
    )
    if not rows:
        return
    workspace = _in_haste(installation())
    for row in rows:
        with workspace.warehouse.transaction() as connection:
            replace_findings(connection, row["day"], _stage(context), part, [])
        _raise(context, workspace, row["day"], now)


def _raise(context: Context, workspace: Workspace, day: date, now: datetime) -> None:
    """Bring incidents of failed tasks in line, and no others: the stages may still be at work."""
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
    params = context["params"]
    if "period" in params:
        kind = PeriodKind(context["dag"].dag_id.removeprefix("report_"))
        return period_of(context, kind).last
    return operational_day(context) if "operational_day" in params else None


def _vendor(context: Context, workspace: Workspace) -> str | None:
    """Return the vendor of a mapped task; where its arguments are not known, by its number."""
    number = context["ti"].map_index
    if number is None or number < 0:
        return None
    return _vendor_said(context) or vendors_of(context, workspace.configuration)[number]


def _vendor_said(context: Context) -> str | None:
    vendor = getattr(context["task"], "op_kwargs", {}).get("vendor")
    return vendor if isinstance(vendor, str) else None


def _severity(context: Context, error: object) -> Severity:
    """Judge by how soon somebody has to look at the Dag; other days' trouble is not urgent."""
    is_urgent = Tier.MORNING in context["dag"].tags and not isinstance(error, DayStaleError)
    return Severity.MAJOR if is_urgent else Severity.WARNING


def _stage(context: Context) -> str:
    return f"{context['dag'].dag_id}.{context['ti'].task_id}"


def _in_haste(workspace: Workspace) -> Workspace:
    return replace(workspace, warehouse=_hasty(workspace.warehouse))


def _hasty(database: Database) -> Database:
    dsn = make_conninfo(database.dsn, connect_timeout=_CONNECT_SECONDS, options=_LOCK_TIMEOUT)
    return replace(database, dsn=dsn)
