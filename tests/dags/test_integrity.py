"""Every Dag loads, explains itself, and is bounded in time and in what it takes."""

import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from breakwater.contracts.configuration import Configuration

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import DAG

EXPECTED = {"close_day", "report_month", "report_week", "tell", "tidy"}
TASKS = {
    "list_vendors",
    "vendors.fetch",
    "vendors.land",
    "vendors.reconcile",
    "vendors.measure",
    "close",
    "detect",
    "notify",
    "digest",
    "reclose_stale",
    "every_vendor_reported",
}


REPORTING = ["write_report", "may_tell", "approve_scorecards", "send_scorecards"]


@pytest.fixture
def dags(dagbag: "DagBag") -> dict[str, "DAG"]:
    """The Dags by id; never none of them."""
    assert set(dagbag.dags) == EXPECTED
    return dict(dagbag.dags)


@pytest.fixture
def close_day(dags: dict[str, "DAG"]) -> "DAG":
    """The Dag of the operational day."""
    return dags["close_day"]


def test_every_file_loads_and_nothing_else_is_there(dagbag: "DagBag") -> None:
    """The exact set first, so that no later test loops over nothing."""
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == EXPECTED


def test_a_file_is_named_for_its_dag(dags: dict[str, "DAG"]) -> None:
    """One Dag a file."""
    assert {Path(dag.fileloc).stem for dag in dags.values()} == EXPECTED


def test_the_tasks_are_these(close_day: "DAG") -> None:
    """Few enough that a day costs seconds of scheduling."""
    assert set(close_day.task_ids) == TASKS


def test_every_dag_is_explained_to_a_person_at_three_in_the_morning(dags: dict[str, "DAG"]) -> None:
    """What it delivers, whether to run it again, what to look at."""
    for dag in dags.values():
        for heading in ("What it delivers", "Is running it again safe?", "It is 3 a.m."):
            assert heading in dag.doc_md
    for name in ("fetch", "land", "close", "digest", "reclose_stale", "every_vendor_reported"):
        assert f"`{name}`" in dags["close_day"].doc_md
    assert "`tidy`" in dags["tidy"].doc_md
    assert "`tell`" in dags["tell"].doc_md
    for name in REPORTING:
        assert f"`{name}`" in dags["report_week"].doc_md
        assert f"`{name}`" in dags["report_month"].doc_md


def test_every_dag_carries_one_stage_and_one_tier(dags: dict[str, "DAG"]) -> None:
    """From the closed set."""
    from breakwater.orchestration.tags import Stage, Tier

    for dag in dags.values():
        assert len(dag.tags & set(Stage)) == 1
        assert len(dag.tags & set(Tier)) == 1
        assert dag.tags <= set(Stage) | set(Tier)


def test_every_task_belongs_to_a_team_and_ends_in_time(dags: dict[str, "DAG"]) -> None:
    """Nothing runs for ever, and nobody's name stands in the code."""
    for dag in dags.values():
        assert dag.dagrun_timeout
        for task in dag.tasks:
            assert task.owner == "media-operations"
            assert task.execution_timeout
            assert task.retry_policy is not None


def test_the_longest_wait_fits_into_the_run(close_day: "DAG") -> None:
    """A deadline on the morning after, in the zone furthest west, comes before the run is ended."""
    tick = datetime(2026, 11, 23, 6, tzinfo=ZoneInfo("Asia/Singapore"))
    last_deadline = datetime(2026, 11, 23, 23, 59, tzinfo=ZoneInfo("Etc/GMT+12"))
    fetch = close_day.get_task("vendors.fetch")
    assert tick + timedelta(seconds=fetch.timeout) >= last_deadline
    assert tick + close_day.dagrun_timeout > last_deadline


def test_waiting_for_an_export_holds_no_worker_slot(close_day: "DAG") -> None:
    """It comes back every five minutes."""
    fetch = close_day.get_task("vendors.fetch")
    assert (fetch.mode, fetch.poke_interval) == ("reschedule", 300)


def test_every_pool_a_task_names_is_created(dags: dict[str, "DAG"]) -> None:
    """Running a Dag in a test passes with a pool nobody made; a scheduler would wait for ever."""
    from breakwater.orchestration.pools import POOLS

    named = {task.pool for dag in dags.values() for task in dag.tasks} - {"default_pool"}
    assert named == set(POOLS)


def test_the_schedule_is_in_the_operations_zone(
    close_day: "DAG", configuration: Configuration
) -> None:
    """The file names the zone itself, so that it reads no configuration while it is parsed."""
    timetable = close_day.timetable
    assert str(timetable.timezone) == configuration.operations.zone
    assert close_day.start_date.astimezone(configuration.operations.zone_info).hour == 0
    assert close_day.catchup is False


@pytest.mark.parametrize(
    ("tick", "key"),
    [("2026-11-23T06:00", "2026-11-22"), ("2027-01-01T06:00", "2026-12-31")],
)
def test_a_run_at_six_is_about_the_day_before(close_day: "DAG", tick: str, key: str) -> None:
    """The partition key is an ISO date in the operation's zone."""
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction
    from pendulum import instance

    timetable = coerce_to_core_timetable(close_day.timetable)
    at = instance(datetime.fromisoformat(tick).replace(tzinfo=ZoneInfo("Asia/Singapore")))
    info = timetable.next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(earliest=at, latest=None, catchup=True)
    )
    assert info.partition_key == key


@pytest.mark.parametrize("zone", ["America/Bogota", "UTC", "Asia/Singapore", "Pacific/Auckland"])
def test_the_dialogs_first_and_last_day_are_both_included(close_day: "DAG", zone: str) -> None:
    """The dialog sends midnight to 23:59:59 of the browser's zone, as UTC; none may lose an edge."""
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable = coerce_to_core_timetable(close_day.timetable)
    infos = timetable.iter_partition_dagrun_infos(
        earliest=datetime(2026, 11, 16, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")),
        latest=datetime(2026, 11, 18, 23, 59, 59, tzinfo=ZoneInfo(zone)).astimezone(
            ZoneInfo("UTC")
        ),
    )
    assert [info.partition_key for info in infos] == ["2026-11-16", "2026-11-17", "2026-11-18"]


def test_the_closing_tasks_survive_a_vendor_and_the_last_one_decides(close_day: "DAG") -> None:
    """One vendor's failure stops nobody else, and turns the run red all the same."""
    rules = {task.task_id: task.trigger_rule.value for task in close_day.tasks}
    others = {name for name, rule in rules.items() if rule != "all_success"}
    assert {name: rules[name] for name in others} == {
        "close": "all_done_min_one_success",
        "notify": "all_done_min_one_success",
        "reclose_stale": "all_done_min_one_success",
        "every_vendor_reported": "all_done",
    }
    assert [task.task_id for task in close_day.leaves] == ["every_vendor_reported"]
    assert "list_vendors" in close_day.get_task("close").upstream_task_ids


def test_other_days_are_closed_again_last_and_do_not_decide(close_day: "DAG") -> None:
    """After the run's own digest, whatever became of it; the last word does not ask for them."""
    reclose = close_day.get_task("reclose_stale")
    assert reclose.upstream_task_ids == {"list_vendors", "digest"}
    assert reclose.downstream_task_ids == {"every_vendor_reported"}
    assert reclose.pool == "warehouse"
    assert "reclose_stale" not in str(close_day.get_task("every_vendor_reported").op_args)


def test_deleting_is_one_task_that_nothing_waits_for(
    dags: dict[str, "DAG"], configuration: Configuration
) -> None:
    """At an hour at which no digest is due, one run at a time."""
    tidy = dags["tidy"]
    assert tidy.task_ids == ["tidy"]
    assert (tidy.max_active_runs, tidy.catchup) == (1, False)
    assert str(tidy.timetable.timezone) == configuration.operations.zone


def test_what_waits_is_told_every_few_minutes(dags: dict[str, "DAG"]) -> None:
    """One task, one run at a time; what it missed while it was paused, the next run tells."""
    tell = dags["tell"]
    assert tell.task_ids == ["tell"]
    assert (tell.max_active_runs, tell.catchup) == (1, False)
    assert tell.dagrun_timeout <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "day", "key", "days"),
    [
        ("report_week", "2026-11-18", "2026-11-16 (W47)", 7),
        ("report_week", "2027-01-01", "2026-12-28 (W53)", 7),
        ("report_month", "2028-02-03", "2028-02", 29),
    ],
)
def test_a_report_waits_for_every_day_of_its_period(
    dags: dict[str, "DAG"], name: str, day: str, key: str, days: int
) -> None:
    """The day's key leads to the period's, and that back to every day, spelled as they are published."""
    from airflow.serialization.encoders import coerce_to_core_timetable

    from breakwater.core.period import Period, PeriodKind
    from breakwater.orchestration.assets import DAILY_DIGEST

    timetable = coerce_to_core_timetable(dags[name].timetable)
    mapper = timetable.get_partition_mapper(name=DAILY_DIGEST.name, uri=DAILY_DIGEST.uri)
    assert mapper.to_downstream(day) == key
    expected = mapper.to_upstream(key)
    assert len(expected) == days
    assert day in expected
    kind = PeriodKind(name.removeprefix("report_"))
    period = Period.containing(kind, Period.parse(key.split(" ", maxsplit=1)[0]).first)
    assert {period.first.isoformat(), period.last.isoformat()} <= set(expected)


def test_a_report_is_four_steps_and_the_third_is_a_person(dags: dict[str, "DAG"]) -> None:
    """Nobody's silence is a yes; what a person reads in Airflow holds no template and no name."""
    for name in ("report_week", "report_month"):
        dag = dags[name]
        assert [task.task_id for task in dag.topological_sort()] == REPORTING
        approval = dag.get_task("approve_scorecards")
        assert approval.defaults == ["Reject"]
        assert approval.response_timeout == timedelta(hours=48)
        assert "{" not in f"{approval.subject}{approval.body}"
        assert str(dag.timezone) == "Asia/Singapore"


def test_approvers_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """User ids, and names for people to read."""
    from breakwater.orchestration.reporting import APPROVERS, approvers

    monkeypatch.setenv(APPROVERS, "7=Ana Ruiz, vendor-lead")
    assert approvers() == [
        {"id": "7", "name": "Ana Ruiz"},
        {"id": "vendor-lead", "name": "vendor-lead"},
    ]
    monkeypatch.delenv(APPROVERS)
    assert approvers() == []


def test_the_day_is_published_as_an_asset(close_day: "DAG") -> None:
    """What later Dags hang on; its name is that of a table."""
    (asset,) = close_day.get_task("digest").outlets
    assert (asset.name, asset.uri) == (
        "report.daily_digest",
        "x-breakwater://report/daily_digest",
    )


def test_the_form_explains_every_field_and_offers_the_vendors(
    close_day: "DAG", configuration: Configuration
) -> None:
    """A run that nobody filled in does what a scheduled one does."""
    params = close_day.params
    assert {name: params[name] for name in params} == {
        "operational_day": None,
        "vendors": [],
        "notify": False,
    }
    for name in params:
        field = params.get_param(name)
        assert field.schema["title"]
        assert field.description
    assert params.get_param("vendors").schema["examples"] == sorted(configuration.vendors)


@pytest.mark.parametrize(
    "conf",
    [
        {"operational_day": "yesterday"},
        {"vendors": ["{{ conn.smtp.password }}"]},
        {"vendors": "dekkan"},
        {"notify": "yes"},
    ],
)
def test_the_form_refuses_what_it_cannot_mean(close_day: "DAG", conf: dict[str, object]) -> None:
    """Before a run is made of it."""
    params = copy.deepcopy(close_day.params)
    with pytest.raises(ValueError, match="Invalid input for param"):
        params.update(conf)


def test_loading_the_dags_reads_no_stage() -> None:
    """Parsing happens every two minutes: it must not import engines, drawing or chat clients."""
    import subprocess
    import sys

    program = (
        "import airflow_home, sys; from airflow.dag_processing.dagbag import DagBag;"
        "bag = DagBag(dag_folder=airflow_home.CODE / 'dags'); assert bag.dags;"
        "print(sorted({'duckdb', 'pandas', 'matplotlib', 'slack_sdk', 'breakwater.report.digest',"
        " 'breakwater.landing.land'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert ran.stdout.strip().splitlines()[-1] == "[]"
