"""Tasks that fail: who is told, and when it is over; by Airflow in this process, and called as it does."""

import logging
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from one_day import open_channels, run_close_day

from breakwater.core.errors import (
    ContractError,
    ControlTotalError,
    ExportMissingError,
)
from breakwater.core.finding import Finding, Rule, Severity
from breakwater.core.vocabulary import RunType
from breakwater.notify.incidents import raise_incidents
from breakwater.notify.wake import wake
from breakwater.orchestration import failing, failures
from breakwater.orchestration.days import instant
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.sdk import Context

VENDORS_WORDS = "what a vendor wrote"
STAGES = {
    "close_day": "stage/close",
    "report_week": "stage/report",
    "report_month": "stage/report",
}


def _of_vendor_day(kind: type[Exception], day: date) -> Exception:
    return kind("dekkan", day, VENDORS_WORDS, expected="a", found="b")


def _context(
    day: date | None = None,
    *,
    dag: str = "close_day",
    task: str = "vendors.measure",
    tier: str = "tier/1",
    run_type: str = "scheduled",
    number: int = 0,
    vendor: object = "dekkan",
    error: object = None,
    reason: str | None = None,
    **params: object,
) -> "Context":
    """Return the context that Airflow hands over, of a task that ended."""
    from airflow.utils.types import DagRunType

    if dag == "close_day":
        params = {"operational_day": day and day.isoformat(), "vendors": [], **params}
    return cast(
        "Context",
        {
            "dag": SimpleNamespace(dag_id=dag, tags={tier, STAGES.get(dag, "stage/keep")}),
            "dag_run": SimpleNamespace(
                partition_key=None, run_type=DagRunType(run_type), triggering_user_name="ana"
            ),
            "exception": error,
            "params": params,
            "reason": reason,
            "task": SimpleNamespace(op_kwargs={"vendor": vendor} if number >= 0 else {}),
            "ti": SimpleNamespace(task_id=task, map_index=number),
        },
    )


def _failures(installation: Workspace) -> list[dict[str, Any]]:
    return installation.warehouse.rows(
        "select operational_day, vendor, scope ->> 'dag' as dag, scope ->> 'task' as task, severity,"
        " state, detail from notify.incident where rule = 'DagFailed' order by task, operational_day"
    )


def _told(installation: Workspace) -> list[str]:
    """Tell what waits for its ten minutes; return every mail there is about a failed task."""
    wake(installation, instant() + timedelta(minutes=11))
    rows = installation.warehouse.rows(
        "select payload::text as said from notify.outbox where channel = 'email' order by outbox_id"
    )
    return [row["said"] for row in rows if "Dag failed" in row["said"]]


@pytest.fixture
def nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stages of a vendor end well at once."""

    def stage(_: Workspace, vendor: str, day: date, *__: object) -> StageResult:
        return StageResult(day, vendor, "stage", changed=False, summary={})

    for name in (
        "feeds.fetch.fetch_export",
        "landing.land.land_day",
        "reconcile.reconcile.reconcile_day",
        "measure.measure.measure_day",
        "measure.renew.measure_neighbours",
        "measure.forecast.live.forecast_if_live",
    ):
        monkeypatch.setattr(f"breakwater.{name}", stage)


@pytest.mark.usefixtures("metadata", "nothing_to_do")
def test_a_failed_task_is_told_until_it_ends_well(
    installation: Workspace, recent_day: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the kind of its error, never by its words; no digest speaks of it."""
    conf = {"operational_day": recent_day.isoformat(), "notify": True, "vendors": ["dekkan"]}

    def refuses(*_: object) -> None:
        raise _of_vendor_day(ControlTotalError, recent_day)

    with open_channels(tmp_path, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr("breakwater.measure.measure.measure_day", refuses)
            ended = run_close_day(**conf)
        assert ended.of("failed") == {"vendors.measure[dekkan]", "every_vendor_reported"}
        (failure,) = _failures(installation)
        assert (failure["operational_day"], failure["vendor"]) == (recent_day, "dekkan")
        assert (failure["task"], failure["severity"]) == ("vendors.measure", "major")
        assert (failure["state"], failure["detail"]) == ("open", {"error": "ControlTotalError"})
        (said,) = _told(installation)
        assert "ControlTotalError" in said
        assert VENDORS_WORDS not in said

        assert run_close_day(**conf).state == "success"
    assert [each["state"] for each in _failures(installation)] == ["resolved"]
    _, over = _told(installation)
    assert "resolved" in over
    digests = installation.warehouse.rows("select html from report.edition")
    assert digests
    assert not any("ag failed" in digest["html"] for digest in digests)


def test_a_backfill_tells_nobody(installation: Workspace, recent_day: date) -> None:
    """The incident is there for whoever looks, and counts in what is told of the backfill once."""
    failing.tell_failure(_context(recent_day, run_type="backfill", error=OSError(VENDORS_WORDS)))
    assert [each["state"] for each in _failures(installation)] == ["open"]
    assert _told(installation) == []
    (summary,) = installation.warehouse.rows("select started_by, moves from notify.backfill")
    assert summary == {"started_by": "ana", "moves": {"DagFailed": {"opened": 1}}}


def test_what_is_cleared_within_ten_minutes_is_told_to_nobody(
    installation: Workspace, recent_day: date
) -> None:
    """Nor is what a lost connection broke and the next run of `tell` did."""
    failing.tell_failure(_context(recent_day, error=OSError(VENDORS_WORDS)))
    failing.end_failure(_context(recent_day))
    assert [each["state"] for each in _failures(installation)] == ["resolved"]
    assert _told(installation) == []


def test_another_vendors_success_ends_nothing(installation: Workspace, recent_day: date) -> None:
    """Nor does that of the same task on another day."""
    failing.tell_failure(_context(recent_day, error=OSError(VENDORS_WORDS)))
    failing.end_failure(_context(recent_day, vendor="andeska"))
    failing.end_failure(_context(recent_day - timedelta(days=1)))
    assert [each["state"] for each in _failures(installation)] == ["open"]


def test_of_a_lost_worker_the_vendor_is_found_by_its_number(
    installation: Workspace, recent_day: date
) -> None:
    """Airflow calls where Dags are parsed: no arguments, and a sentence instead of an error."""
    failing.tell_failure(_context(recent_day, vendor=object(), number=2, error="no heartbeat"))
    (failure,) = _failures(installation)
    assert (failure["vendor"], failure["detail"]) == ("dekkan", {})
    failing.end_failure(_context(recent_day, number=2))
    assert [each["state"] for each in _failures(installation)] == ["resolved"]


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (ExportMissingError, Rule.EXPORT_MISSING),
        (ContractError, Rule.EXPORT_UNREADABLE),
        (ControlTotalError, Rule.EXPORT_TRUNCATED),
    ],
)
def test_what_a_finding_tells_is_not_told_twice(
    error: type[Exception], rule: Rule, installation: Workspace, recent_day: date
) -> None:
    """Without the finding, or with another vendor's, it is."""
    missing = Finding(rule, recent_day, "dekkan", Severity.MAJOR, {}, 1, "files")
    others = Finding(rule, recent_day, "andeska", Severity.MAJOR, {}, 1, "files")
    context = _context(recent_day, error=_of_vendor_day(error, recent_day))
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "land", "*", [missing, others])
    failing.tell_failure(context)
    assert _failures(installation) == []
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "land", "*", [others])
    failing.tell_failure(context)
    assert [(each["vendor"], each["state"]) for each in _failures(installation)] == [
        ("dekkan", "open")
    ]
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "land", "*", [missing])
    failing.tell_failure(context)
    assert [each["state"] for each in _failures(installation)] == ["resolved"]


def test_other_incidents_of_the_day_stay_as_they_are(
    installation: Workspace, recent_day: date
) -> None:
    """The stages that would find them, or not any more, may still be at work."""
    late = Finding(Rule.EXPORT_LATE, recent_day, "dekkan", Severity.WARNING, {}, 60, "seconds")
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "fetch", "*", [late])
    raise_incidents(installation, recent_day, instant(), RunType.SCHEDULED)
    breaks = Finding(Rule.RECON_BREAKS, recent_day, "dekkan", Severity.MAJOR, {}, 9, "cases")
    with installation.warehouse.transaction() as connection:
        replace_findings(connection, recent_day, "fetch", "*", [breaks])
    failing.tell_failure(_context(recent_day, error=OSError()))
    rows = installation.warehouse.rows("select rule, state from notify.incident order by rule")
    assert [(row["rule"], row["state"]) for row in rows] == [
        ("DagFailed", "open"),
        ("ExportLate", "open"),
    ]


@pytest.mark.parametrize(
    ("dag", "period", "last"),
    [
        ("report_week", "2026-W47", date(2026, 11, 22)),
        ("report_month", "2026-11", date(2026, 11, 30)),
    ],
)
def test_a_report_fails_on_the_last_day_of_its_period(
    dag: str, period: str, last: date, installation: Workspace
) -> None:
    """And may wait until somebody is at work."""
    about = {"dag": dag, "task": "write_report", "tier": "tier/2", "number": -1, "period": period}
    failing.tell_failure(_context(**about, error=OSError()))
    (failure,) = _failures(installation)
    assert (failure["operational_day"], failure["severity"]) == (last, "warning")
    failing.end_failure(_context(**about))
    assert [each["state"] for each in _failures(installation)] == ["resolved"]


def test_a_dag_without_a_day_fails_today_and_is_well_with_its_next_run(
    installation: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when that is on another day."""
    about = {"dag": "tidy", "task": "tidy", "tier": "tier/2", "number": -1}
    yesterday = instant() - timedelta(days=1)
    with monkeypatch.context() as earlier:
        earlier.setattr(failing, "instant", lambda: yesterday)
        failing.tell_failure(_context(**about, error=OSError()))
    assert [each["state"] for each in _failures(installation)] == ["open"]
    failing.end_failure(_context(**about))
    assert [each["state"] for each in _failures(installation)] == ["resolved"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("timed_out", "took longer than it may"),
        ("all_tasks_deadlocked", "waited for each other"),
    ],
)
def test_a_run_that_airflow_ends_is_told_until_a_run_of_its_day_ends_well(
    reason: str, said: str, installation: Workspace, recent_day: date
) -> None:
    """It belongs to no vendor and no task; another day's good run ends nothing."""
    failing.tell_failed_run(_context(recent_day, reason=reason))
    (failure,) = _failures(installation)
    assert (failure["operational_day"], failure["vendor"]) == (recent_day, None)
    assert (failure["dag"], failure["task"], failure["state"]) == ("close_day", None, "open")
    (told,) = _told(installation)
    assert said in told
    failing.end_failed_run(_context(recent_day - timedelta(days=1), reason="success"))
    failing.end_failure(_context(recent_day))
    assert [each["state"] for each in _failures(installation)] == ["open"]
    failing.end_failed_run(_context(recent_day, reason="success"))
    assert [each["state"] for each in _failures(installation)] == ["resolved"]


def test_a_run_that_ended_by_a_tasks_failure_is_not_told_beside_it(
    installation: Workspace, recent_day: date
) -> None:
    """Nor is one of which Airflow says too little, such as for whom it was."""
    failing.tell_failed_run(_context(recent_day, reason="task_failure"))
    failing.tell_failed_run(cast("Context", {"run_id": "manual__1", "reason": "timed_out"}))
    assert _failures(installation) == []


def test_what_a_person_marks_is_told_and_is_over_when_they_take_it_back(
    installation: Workspace, recent_day: date
) -> None:
    """By the hooks that Airflow's pages call; a vendor's task is found by its number."""
    from airflow.listeners.listener import get_listener_manager

    hooks = get_listener_manager().hook
    run = SimpleNamespace(
        dag_id="close_day",
        dag_model=SimpleNamespace(
            tags=[SimpleNamespace(name=name) for name in ("stage/close", "tier/1")]
        ),
        run_type="manual",
        partition_key=None,
        triggering_user_name="ana",
        conf={"operational_day": recent_day.isoformat(), "vendors": ["dekkan", "karavan"]},
    )
    run.conf["notify"] = True
    task = SimpleNamespace(dag_run=run, task_id="vendors.measure", map_index=1)

    for previous in ("running", None):  # what a task's own end tells is told by its own callback
        hooks.on_task_instance_failed(previous_state=previous, task_instance=task, error="by hand")
        found = _failures(installation)
        assert len(found) == (previous is None)
    assert (found[0]["operational_day"], found[0]["vendor"]) == (recent_day, "karavan")
    assert (found[0]["task"], found[0]["state"]) == ("vendors.measure", "open")
    (told,) = _told(installation)
    assert "a person marked it as failed" in told
    hooks.on_task_instance_success(previous_state=None, task_instance=task)
    assert [each["state"] for each in _failures(installation)] == ["resolved"]

    for said in ("task_failure", "timed_out", "Dag Run's state was manually set to `failed`."):
        hooks.on_dag_run_failed(dag_run=run, msg=said)
    assert [(each["task"], each["state"]) for each in _failures(installation)] == [
        ("vendors.measure", "resolved"),
        (None, "open"),
    ]
    hooks.on_dag_run_success(dag_run=run, msg="success")
    assert [each["state"] for each in _failures(installation)] == ["resolved", "open"]
    hooks.on_dag_run_success(dag_run=run, msg="Dag Run's state was manually set to `success`.")
    assert [each["state"] for each in _failures(installation)] == ["resolved", "resolved"]


def test_the_warehouse_out_of_reach_makes_nothing_worse(
    installation: Workspace,
    recent_day: date,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged, and that is all."""
    assert installation
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://127.0.0.1:1/none")
    failing.tell_failure(_context(recent_day, error=OSError()))
    failing.end_failure(_context(recent_day))
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [line.rsplit(": ", 1)[1] for line in said] == ["nobody is told of it", "it stays open"]


def test_a_task_that_never_failed_asks_one_question(
    installation: Workspace,
    recent_day: date,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No configuration is read, nothing is written."""
    assert installation

    def opened() -> Workspace:
        raise AssertionError

    monkeypatch.setattr(failures, "installation", opened)
    failing.end_failure(_context(recent_day))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
