"""Wait until Airflow is there, and say meanwhile what is missing."""

import time
from collections.abc import Callable

import requests

from breakwater.core.errors import BreakwaterError
from breakwater.demo.processes import Program, is_alive, last_lines
from breakwater.demo.rest import AirflowApi, AirflowRefusedError

Tell = Callable[[str], None]
_NEEDED = ("metadatabase", "scheduler", "dag_processor")
_PAUSE_SECONDS = 0.5


class StackError(BreakwaterError):
    """The local installation did not come up, or fell over."""

    exit_code = 1


def wait_until_healthy(
    api: AirflowApi, program: Program, dag_id: str, *, seconds: float, tell: Tell
) -> None:
    """Wait until tasks can run: the server answers, the scheduler lives, the Dag is known.

    Args:
        api: a session that may not have logged in yet.
        program: what runs Airflow; when it ends there is nothing to wait for.
        dag_id: the Dag that has to be known.
        seconds: the longest wait.
        tell: is given what is still missing, each time that changes.

    Raises:
        StackError: Airflow ended, or was not there in time; carries the end of its log.
    """
    until = time.monotonic() + seconds
    told = ""
    while missing := _missing(api, dag_id):
        if missing != told:
            tell(missing)
            told = missing
        if not is_alive(program):
            message = f"{program.name} ended while it started:\n{last_lines(program)}"
            raise StackError(message)
        if time.monotonic() > until:
            message = f"{missing} after {seconds:.0f} s:\n{last_lines(program)}"
            raise StackError(message)
        time.sleep(_PAUSE_SECONDS)


def _missing(api: AirflowApi, dag_id: str) -> str:
    """Say what is missing, or nothing.

    A server that has only just come up refuses people it knows a moment later: while it starts,
    a refusal is one more thing to wait for, and never an end.
    """
    try:
        health = api.get("monitor/health")
        ill = [name for name in _NEEDED if health[name]["status"] != "healthy"]
        if ill:
            return f"waiting for {', '.join(name.replace('_', ' ') for name in ill)}"
        api.log_in()
        return _missing_dag(api, dag_id)
    except requests.RequestException:
        return "waiting for the API server"
    except AirflowRefusedError as refused:
        return f"waiting for the API server, which answers {refused.status}"


def _missing_dag(api: AirflowApi, dag_id: str) -> str:
    """Say that the Dag is not known yet, and why where a file does not load."""
    try:
        api.get(f"dags/{dag_id}")
    except AirflowRefusedError:
        errors = api.get("importErrors")["import_errors"]
        broken = "".join(f"{e['filename']} does not load: {e['stack_trace']}" for e in errors)
        return broken or f"waiting for the Dag {dag_id}"
    return ""
