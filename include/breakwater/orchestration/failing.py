"""What failed for good is told like any alert, and is over when it ends well.

Airflow calls the functions of a task where the task ran, once its state is settled; of a task whose
worker was lost, and of a whole run, it calls them where Dags are parsed. They must be done soon, and
whatever goes wrong in them is logged: nothing hangs on them. What a person marks is told by
`breakwater.orchestration.by_hand`.
"""

import logging

from airflow.sdk import Context

from breakwater.orchestration.days import NoOperationalDayError, instant
from breakwater.orchestration.failures import Failure, forget_failure, write_failure
from breakwater.orchestration.verdict import DayIncompleteError

NOT_TOLD = (
    DayIncompleteError,  # it repeats what became of the tasks before it
    NoOperationalDayError,  # only a person starts such a run, and looks at it; it is about no day
)

ENDED_BY_AIRFLOW = frozenset({"timed_out", "all_tasks_deadlocked"})
"""How Airflow says that it ended a run of which no task failed: any other reason is a task's."""

log = logging.getLogger(__name__)


def tell_failure(context: Context) -> None:
    """Turn a failed task into a finding and an incident, told as the kind of its run allows."""
    error = context.get("exception")
    if not isinstance(error, NOT_TOLD):
        tell(context, Failure(context["ti"].task_id, error))


def end_failure(context: Context) -> None:
    """Resolve what an earlier failure of the same task left, if there was one."""
    end(context, context["ti"].task_id)


def tell_failed_run(context: Context) -> None:
    """Tell of a run that Airflow ended; what a task's failure ended was told with the task."""
    reason = context.get("reason")
    if reason in ENDED_BY_AIRFLOW:
        tell(context, Failure(None, ended=str(reason)))


def end_failed_run(context: Context) -> None:
    """Resolve what an earlier run about the same day left that was ended as a whole."""
    end(context, None)


def tell(context: Context, failure: Failure) -> None:
    """Write a failure down and tell it; never raise."""
    try:
        write_failure(context, failure, instant())
    except NoOperationalDayError:
        log.info("this run is about no day: a person started it and looks at it, nobody is told")
    except Exception:
        log.exception("this failure could not be written down: nobody is told of it")


def end(context: Context, task: str | None) -> None:
    """Let an earlier failure be over; never raise."""
    try:
        forget_failure(context, task, instant())
    except NoOperationalDayError:
        log.info("this run is about no day: there is nothing of it to look for")
    except Exception:
        log.exception("an earlier failure could not be looked for: it stays open")
