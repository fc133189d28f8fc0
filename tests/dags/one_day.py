"""One simulated day, and the Dag run on it in this process."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import airflow_home

from breakwater.demo.simulator.faults import ExportFault, FaultPlan
from breakwater.demo.simulator.simulate import simulate
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
