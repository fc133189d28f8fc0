"""One simulated day, and the Dag run on it in this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import airflow_home
import pytest

from breakwater.demo.simulator.faults import ExportFault, FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.sinks.chat import ChatRoom
from breakwater.demo.sinks.chat_server import ChatSink
from breakwater.demo.sinks.mail import MailSink, MailStore
from breakwater.warehouse.workspace import Workspace

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.dag_processing.dagbag import DagBag


@dataclass(frozen=True)
class Ended:
    """How a run ended: its state, and that of each task by name, or by name and vendor."""

    state: str
    tasks: dict[str, str]

    def of(self, state: str) -> set[str]:
        """Name the tasks that ended in a state."""
        return {name for name, found in self.tasks.items() if found == state}


def fresh_dagbag() -> "DagBag":
    """Load the Dags anew: ``dag.test`` writes the configuration of a run into the Dag object."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=airflow_home.CODE / "dags")


def simulate_day(workspace: Workspace, day: date, *exports: ExportFault) -> None:
    """Let five vendors work for a day, with breaks in their books."""
    simulate(
        workspace.configuration,
        first_day=day,
        days=1,
        cases_per_day=200,
        seed=7,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=workspace.outbox_folder.parent / "truth.json",
        faults=FaultPlan(exports=exports),
    )


def run_close_day(**conf: object) -> Ended:
    """Run the Dag once, to its end."""
    ended = fresh_dagbag().dags["close_day"].test(run_conf=conf)
    tasks = {
        f"{ti.task_id}[{ti.rendered_map_index}]" if ti.map_index >= 0 else ti.task_id: ti.state
        for ti in ended.get_task_instances()
    }
    return Ended(str(ended.state), {name: str(state) for name, state in tasks.items()})


@contextmanager
def open_channels(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ChatRoom, MailStore]]:
    """Serve chat and mail, and tell Airflow by its connections."""
    room, store = ChatRoom(clock=lambda: 1_800_000_000.0), MailStore(folder / "mail")
    with MailSink(store) as mail, ChatSink(room) as chat:
        sender = {"from_email": "a@b.example", "disable_ssl": True, "disable_tls": True}
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": mail.port, "extra": sender}
        slack = {"conn_type": "slack", "password": "xoxb-1", "extra": {"base_url": chat.base_url}}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP", json.dumps(smtp))
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", json.dumps(slack))
        yield room, store
