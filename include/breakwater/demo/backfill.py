"""Close days through Airflow as a person does in its pages: backfill a range, or run one day."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import requests

from breakwater.core.errors import BreakwaterError
from breakwater.demo.rest import AirflowApi, AirflowRefusedError

DAG = "close_day"
_ENDED = frozenset({"success", "failed"})
_CONFLICT = 409
_PAUSE_SECONDS = 1.0
_PAGE_SIZE = 100

Tell = Callable[[Counter[str]], None]


class UnfinishedError(BreakwaterError):
    """Runs did not end in the time they were given; they go on without us."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Closed:
    """How the runs of a backfill, or a manual run, ended.

    Attributes:
        states: ``success`` or ``failed`` by operational day, in order.
        seconds: from asking for them until the last one ended.
    """

    states: Mapping[date, str]
    seconds: float


def backfill(
    api: AirflowApi,
    first: date,
    last: date,
    *,
    vendors: Sequence[str] = (),
    side_by_side: int = 3,
    seconds: float = 900,
    tell: Tell = lambda _: None,
) -> Closed:
    """Do what the dialog Trigger → Backfill does, and wait until every run has ended.

    Args:
        api: a session that is logged in.
        first: the first operational day.
        last: the last one, included.
        vendors: only these; all when empty.
        side_by_side: how many days at a time; the dialog offers what the Dag allows.
        seconds: the longest wait.
        tell: is given the number of runs by state, each time that changes.

    Raises:
        UnfinishedError: runs were still going on after that time.
    """
    api.patch(f"dags/{DAG}", {"is_paused": False})
    began = time.monotonic()
    created = _create(api, _body(first, last, vendors, side_by_side), began + seconds)
    asked = {
        "run_type": "backfill",
        "partition_date_gte": first,
        "partition_date_lte": last,
        "start_date_gte": created["created_at"],
        "order_by": "partition_date",
    }
    runs = _follow(lambda: _all_runs(api, asked), began + seconds, tell)
    states = {date.fromisoformat(run["partition_key"]): run["state"] for run in runs}
    return Closed(states, time.monotonic() - began)


def run_manually(
    api: AirflowApi,
    day: date,
    *,
    vendors: Sequence[str] = (),
    notify: bool = False,
    seconds: float = 600,
    tell: Tell = lambda _: None,
) -> Closed:
    """Do what the dialog Trigger → Single Run does with a day set, and wait until it has ended.

    Raises:
        UnfinishedError: the run was still going on after that time.
    """
    api.patch(f"dags/{DAG}", {"is_paused": False})
    began = time.monotonic()
    conf = {"operational_day": day.isoformat(), "vendors": list(vendors), "notify": notify}
    run = api.post(f"dags/{DAG}/dagRuns", {"logical_date": None, "conf": conf})
    address = f"dags/{DAG}/dagRuns/{run['dag_run_id']}"
    (ended,) = _follow(lambda: [api.get(address)], began + seconds, tell)
    return Closed({day: ended["state"]}, time.monotonic() - began)


def _body(first: date, last: date, vendors: Sequence[str], side_by_side: int) -> dict[str, object]:
    """Fill the form. The dates are wall-clock time, which the timetable reads in its own zone."""
    return {
        "dag_id": DAG,
        "from_date": f"{first.isoformat()}T00:00:00Z",
        "to_date": f"{last.isoformat()}T23:59:59Z",
        "max_active_runs": side_by_side,
        "reprocess_behavior": "completed",
        "run_backwards": False,
        "run_on_latest_version": True,
        "dag_run_conf": {"vendors": list(vendors)} if vendors else None,
    }


def _create(api: AirflowApi, body: Mapping[str, object], until: float) -> Any:  # noqa: ANN401  JSON
    """Ask for a backfill. Airflow allows one at a time, and notes half a minute late that one ended."""
    while True:
        try:
            return api.post("backfills", body)
        except AirflowRefusedError as refusal:
            if refusal.status != _CONFLICT or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)


def _follow(
    look: Callable[[], list[dict[str, Any]]], until: float, tell: Tell
) -> list[dict[str, Any]]:
    """Look at runs until all have ended; a busy server that does not answer is asked again."""
    told: Counter[str] = Counter()
    while time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):
            runs = look()
            counts = Counter(run["state"] for run in runs)
            if counts != told:
                tell(counts)
                told = counts
            if not set(counts) - _ENDED:
                return runs
        time.sleep(_PAUSE_SECONDS)
    message = f"the runs did not end in time: {dict(told)}"
    raise UnfinishedError(message)


def _all_runs(api: AirflowApi, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    while True:
        page = api.get(f"dags/{DAG}/dagRuns", limit=_PAGE_SIZE, offset=len(runs), **asked)
        runs += page["dag_runs"]
        if len(runs) >= page["total_entries"]:
            return runs
