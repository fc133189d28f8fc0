"""A task or a run that a person marks as failed, or as well, in Airflow's own pages.

Airflow calls this where it serves its pages, while the person's request waits; no callback of a Dag
or a task is called for it. It is imported in every process, and most of what it is called for is not
its concern: nothing is loaded before it is.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    # Rows of Airflow's own database, as it hands them over: read here, never asked for.
    from airflow.models.dagrun import DagRun  # noqa: TID251
    from airflow.models.taskinstance import TaskInstance  # noqa: TID251
    from airflow.sdk import Context

MARKED = "marked_failed"
"""How something ended that a person marked as failed."""

_BY_HAND = "manually set"
"""What Airflow says of a run whose state a person set; its scheduler says other things."""


@hookimpl
def on_task_instance_failed(previous_state: object, task_instance: "TaskInstance") -> None:
    """Tell of a task that a person marked as failed."""
    if previous_state is None:  # where a task runs, and in the scheduler, it was running
        from breakwater.orchestration.failing import tell
        from breakwater.orchestration.failures import Failure

        tell(
            _context(task_instance.dag_run, task_instance),
            Failure(task_instance.task_id, ended=MARKED),
        )


@hookimpl
def on_task_instance_success(previous_state: object, task_instance: "TaskInstance") -> None:
    """Resolve the failure of a task that a person marked as well."""
    if previous_state is None:
        from breakwater.orchestration.failing import end

        end(_context(task_instance.dag_run, task_instance), task_instance.task_id)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun", msg: str) -> None:
    """Tell of a run that a person marked as failed."""
    if _BY_HAND in msg:
        from breakwater.orchestration.failing import tell
        from breakwater.orchestration.failures import Failure

        tell(_context(dag_run), Failure(None, ended=MARKED))


@hookimpl
def on_dag_run_success(dag_run: "DagRun", msg: str) -> None:
    """Resolve the failure of a run that a person marked as well."""
    if _BY_HAND in msg:
        from breakwater.orchestration.failing import end

        end(_context(dag_run), None)


def _context(dag_run: "DagRun", task_instance: "TaskInstance | None" = None) -> "Context":
    """Return as much of a context as a callback looks at, from the rows of Airflow's database."""
    from airflow.utils.types import DagRunType

    number = -1 if task_instance is None else task_instance.map_index
    return cast(
        "Context",
        {
            "dag": SimpleNamespace(
                dag_id=dag_run.dag_id, tags={tag.name for tag in dag_run.dag_model.tags}
            ),
            "dag_run": SimpleNamespace(
                partition_key=dag_run.partition_key,
                run_type=DagRunType(dag_run.run_type),
                triggering_user_name=dag_run.triggering_user_name,
            ),
            "params": {"vendors": [], **(dag_run.conf or {})},
            "task": SimpleNamespace(op_kwargs={}),
            "ti": SimpleNamespace(map_index=number),
        },
    )
