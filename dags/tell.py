"""Tell what waited for its instant: the end of a night, of a group's wait, of an escalation's step.

**What it delivers.** Every five minutes, news that a run of `close_day` held back is told if it still
is news, whoever has not been answered for too long is followed by the next on the chain, what people
acknowledged or snoozed until now is open again, and messages that are due leave the outbox. It decides
nothing that a run did not allow: what a backfill changed in silence stays silent.

**Is running it again safe?** Yes, at any time, and beside `close_day`: each message goes out once.

**It is 3 a.m. and it is red.** `tell` red: the warehouse did not answer, or a connection cannot be read;
its last log line says which. Nothing is lost: the next run tells all that is due by then, and of the
failure itself only if it lasted ten minutes. While it is paused, people are told by the runs of
`close_day` alone.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import CronTriggerTimetable, dag, task

from breakwater.orchestration import stages
from breakwater.orchestration.defaults import DEFAULT_ARGS
from breakwater.orchestration.failing import end_failed_run, tell_failed_run
from breakwater.orchestration.pools import WAREHOUSE
from breakwater.orchestration.tags import Stage, Tier

ZONE = "Asia/Singapore"  # operations.yaml's zone; a test compares, so that parsing reads no file


@dag(
    schedule=CronTriggerTimetable("*/5 * * * *", timezone=ZONE),
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=30),
    default_args=DEFAULT_ARGS | {"retries": 0},  # the next run is never far
    on_failure_callback=tell_failed_run,
    on_success_callback=end_failed_run,
    tags=[Stage.TELL, Tier.MORNING],
    doc_md=__doc__,
)
def tell() -> None:
    task(task_id="tell", pool=WAREHOUSE)(stages.tell_waiting)()


tell()
