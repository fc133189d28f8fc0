"""Real runs: a scheduler, a backfill through the API, and the dialog as a person fills it in."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy import make_url

from breakwater.core.days import days_between
from breakwater.demo.backfill import backfill
from breakwater.demo.pictures import log_in
from breakwater.demo.processes import known_programs
from breakwater.demo.rest import AirflowApi
from breakwater.demo.screenshot import BrowserMissingError, browser_page
from breakwater.demo.simulator.faults import ExportFault, FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.stack import Stack, start_stack, stop_stack
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.workspace import Workspace, open_workspace

FIRST = date(2026, 10, 12)
BACKFILLED = days_between(FIRST, FIRST + timedelta(days=1))
BY_DIALOG = FIRST + timedelta(days=2)
RED, GREEN = BACKFILLED
MINUTE = 60_000
PICTURES = "BREAKWATER_PICTURES"
"""Environment variable with a folder for the pictures that these tests take."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start what `make demo` starts, with three small days waiting; end it all."""
    home = tmp_path_factory.mktemp("stack")
    running = start_stack(home, wait=False)
    try:
        opened = open_workspace(running.environment)
        migrate(opened.warehouse)
        simulate(
            opened.configuration,
            first_day=FIRST,
            days=3,
            cases_per_day=150,
            seed=3,
            out=opened.exports,
            enforcement_log=opened.enforcement_log,
            truth_file=home / "truth.json",
            faults=FaultPlan(exports=(ExportFault("missing", "karavan", RED),)),
        )
        yield running
    finally:
        stop_stack(home)
        assert list(known_programs(home)) == []


@pytest.fixture(scope="module")
def api(stack: Stack) -> AirflowApi:
    """Wait until tasks can run."""
    return stack.wait(lambda _: None)


@pytest.fixture(scope="module")
def installation(stack: Stack) -> Workspace:
    """Open what the stack's tasks work on."""
    return open_workspace(stack.environment)


def test_a_backfill_closes_every_day_of_its_range_and_tells_nobody(
    api: AirflowApi, installation: Workspace
) -> None:
    """Two days by REST, as the dialog asks for them; the one without an export ends red.

    It keeps nobody from the day after, and that once more, over the run that exists, has the same
    versions and the same editions.
    """
    _wait_until_none_is_active(api)
    closed = backfill(api, BACKFILLED[0], BACKFILLED[-1])
    assert closed.states == {day: "failed" if day == RED else "success" for day in BACKFILLED}
    rows = installation.warehouse.rows(
        "select operational_day, cardinality(vendors_reported) as reported"
        " from measure.day_close where operational_day = any(%s) order by 1",
        [BACKFILLED],
    )
    assert [(row["operational_day"], row["reported"]) for row in rows] == [
        (day, 4 if day == RED else 5) for day in BACKFILLED
    ]
    assert installation.warehouse.rows("select 1 from notify.incident"), "incidents are updated"
    assert installation.warehouse.rows("select 1 from report.edition"), "editions are kept"
    told = "select 1 from notify.outbox where subject not like 'digest/%%-W%%'"
    assert installation.warehouse.rows(told) == [], "nobody is told"

    everything = (
        "select (select count(*) from lake.partition) as versions,"
        " (select count(*) from report.edition) as editions,"
        " (select count(*) from notify.incident_transition) as transitions"
    )
    before = installation.warehouse.rows(everything)
    assert before[0]["versions"] > 0
    again = backfill(api, GREEN, GREEN)
    assert again.states == {GREEN: "success"}
    assert installation.warehouse.rows(everything) == before


@pytest.mark.usefixtures("api")
def test_our_pages_ask_for_no_log_in_and_open_nothing_without_a_link(stack: Stack) -> None:
    """The server shows them below its own address; without a token of ours there is nothing."""
    page = requests.get(f"{stack.url}/breakwater/acknowledge?token=a.b", timeout=60)
    assert page.status_code == 403
    assert "This link opens nothing" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert requests.get(f"{stack.url}/breakwater/openapi.json", timeout=60).status_code == 404


def test_an_ops_lead_backfills_a_day_from_the_dialog(
    api: AirflowApi, stack: Stack, installation: Workspace, tmp_path: Path
) -> None:
    """Trigger → Backfill, from and to, Run Backfill; the run shows and the day is closed."""
    _wait_until_none_is_active(api)
    picture = Path(os.environ.get(PICTURES, str(tmp_path))) / "backfill-dialog.png"
    try:
        with browser_page(1_000, 1_160) as page:
            log_in(page, stack)
            page.get_by_role("button", name="Trigger Dag").click()
            page.get_by_text("Backfill", exact=True).last.click()
            # The day by itself: Airflow fills in 00:00 for the first and 23:59 for the last.
            for end in ("From", "To"):
                page.get_by_text("Select date and time").first.click()
                box = page.get_by_role("textbox", name=end, exact=True)
                box.fill(BY_DIALOG.strftime("%Y/%m/%d"))
                box.press("Enter")
                page.keyboard.press("Escape")
            page.get_by_text("1 run will be triggered").wait_for(timeout=MINUTE)
            page.screenshot(path=picture)
            page.get_by_role("button", name="Run Backfill").click()
            page.get_by_role("dialog").wait_for(state="hidden", timeout=MINUTE)
    except BrowserMissingError as missing:
        pytest.skip(str(missing))
    runs = _wait_for_run(api, BY_DIALOG)
    assert [(run["run_type"], run["state"]) for run in runs] == [("backfill", "success")]
    assert installation.warehouse.rows(
        "select 1 from measure.day_close where operational_day = %s", [BY_DIALOG]
    )


def test_vendors_get_their_scorecard_when_a_person_approves(
    api: AirflowApi, installation: Workspace
) -> None:
    """Ours is written and sent, then somebody is asked; before the answer no vendor is told."""
    api.patch("dags/report_week", {"is_paused": False})
    conf = {"period": "2026-W42", "notify": True}
    run = api.post("dags/report_week/dagRuns", {"logical_date": None, "conf": conf})
    address = f"dags/report_week/dagRuns/{run['dag_run_id']}"
    task = f"{address}/taskInstances/approve_scorecards"
    _wait_until(lambda: api.get(task)["state"] == "awaiting_input")
    recipients = (
        "select distinct subject from notify.outbox where subject like 'digest/%%/2026-W42'"
    )
    told = {row["subject"].split("/")[1] for row in installation.warehouse.rows(recipients)}
    assert "ops" in told
    assert not any(name.startswith("vendor_") for name in told)
    _approve_until(api, task, lambda: api.get(address)["state"] in {"success", "failed"})
    assert api.get(address)["state"] == "success"
    told = {row["subject"].split("/")[1] for row in installation.warehouse.rows(recipients)}
    assert {f"vendor_{vendor}" for vendor in installation.configuration.vendors} <= told


def test_a_run_that_took_too_long_and_a_task_marked_as_failed_are_told_until_all_is_well(
    api: AirflowApi, installation: Workspace, stack: Stack
) -> None:
    """No task of ours ends in error in either: Airflow says the one, a person the other."""
    api.patch("dags/report_week", {"is_paused": False})
    conf = {"period": "2026-W43", "notify": True}
    run = api.post("dags/report_week/dagRuns", {"logical_date": None, "conf": conf})
    address = f"dags/report_week/dagRuns/{run['dag_run_id']}"
    task = f"{address}/taskInstances/approve_scorecards"
    _wait_until(lambda: api.get(task)["state"] == "awaiting_input")
    assert _failures(installation) == {}
    with psycopg.connect(_metadata(stack)) as metadata:  # a day longer ago than a run may take
        metadata.execute(
            "update dag_run set start_date = now() - interval '4 days' where run_id = %s",
            [run["dag_run_id"]],
        )
    _wait_until(lambda: _failures(installation) == {"report_week": "open"})
    assert api.get(address)["state"] == "failed"

    api.patch(task, {"new_state": "failed"})
    marked = "report_week.approve_scorecards"
    assert _failures(installation) == {"report_week": "open", marked: "open"}
    api.patch(task, {"new_state": "success"})
    assert _failures(installation) == {"report_week": "open", marked: "resolved"}

    _clear(api, run, "approve_scorecards")
    _wait_until(lambda: api.get(task)["state"] == "awaiting_input")
    _approve_until(api, task, lambda: set(_failures(installation).values()) == {"resolved"})
    assert api.get(address)["state"] == "success"
    api.patch(address, {"state": "failed"})
    assert _failures(installation)["report_week"] == "open"
    api.patch(address, {"state": "success"})
    assert _failures(installation)["report_week"] == "resolved"


def _clear(api: AirflowApi, run: Mapping[str, str], task: str) -> None:
    """Clear a task with everything downstream of it."""
    body = {
        "dry_run": False,
        "dag_run_id": run["dag_run_id"],
        "task_ids": [task],
        "include_downstream": True,
        "only_failed": False,
        "reset_dag_runs": True,
    }
    api.post(f"dags/{run['dag_id']}/clearTaskInstances", body)


def _failures(installation: Workspace) -> dict[str, str]:
    """Return the state of each failure of the weekly report, by what failed."""
    rows = installation.warehouse.rows(
        "select concat_ws('.', scope ->> 'dag', scope ->> 'task') as what, state from notify.incident"
        " where rule = 'DagFailed' and scope ->> 'dag' = 'report_week'"
    )
    return {row["what"]: row["state"] for row in rows}


def _metadata(stack: Stack) -> str:
    address = make_url(stack.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def _approve_until(api: AirflowApi, task: str, is_so: Callable[[], bool]) -> None:
    """Approve as often as Airflow asks.

    It asks twice when it is answered within the second in which it asks: its scheduler hears that the
    asking process ended when the task is queued again already, takes that for a task killed from
    outside, and tries it again.
    """
    answer = {"chosen_options": ["Approve"], "params_input": {}}

    def answered() -> bool:
        if api.get(task)["state"] == "awaiting_input":
            api.patch(f"{task}/-1/hitlDetails", answer)
        return is_so()

    _wait_until(answered)


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 180
    while True:
        with contextlib.suppress(requests.RequestException):  # a busy server is asked again
            if is_so():
                return
        assert time.monotonic() < until
        time.sleep(1)


def _wait_until_none_is_active(api: AirflowApi) -> None:
    """Airflow allows one backfill of a Dag at a time, and notes half a minute late that one ended."""
    until = time.monotonic() + 180
    while any(
        found["completed_at"] is None
        for found in api.get("backfills", dag_id="close_day")["backfills"]
    ):
        assert time.monotonic() < until
        time.sleep(1)


def _wait_for_run(api: AirflowApi, day: date) -> list[dict[str, str]]:
    """Look at the runs of a day until they have ended."""
    until = time.monotonic() + 180
    while True:
        found = api.get("dags/close_day/dagRuns", partition_key_pattern=day.isoformat())
        runs: list[dict[str, str]] = [
            run for run in found["dag_runs"] if run["partition_key"] == day.isoformat()
        ]
        if runs and all(run["state"] in {"success", "failed"} for run in runs):
            return runs
        assert time.monotonic() < until, runs
        time.sleep(1)
