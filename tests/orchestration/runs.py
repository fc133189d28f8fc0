"""As much of a task's context as the product looks at."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:  # importing Airflow takes seconds, which only these tests should pay
    from airflow.sdk import Context


def run_of(
    *,
    run_type: str = "scheduled",
    partition_key: str | None = None,
    params: dict[str, object] | None = None,
) -> "Context":
    """Return the context that Airflow would hand to a task of such a run."""
    from airflow.utils.types import DagRunType

    dag_run = SimpleNamespace(partition_key=partition_key, run_type=DagRunType(run_type))
    return cast("Context", {"params": params or {}, "dag_run": dag_run})
