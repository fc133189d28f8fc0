"""Delete what the operation keeps no longer: old received files, refused records, replaced rows.

**What it delivers.** Once a day, what is older than `retention` in operations.yaml says is deleted
from the lake: files as received, lines of refused records with their index and their corrections,
and versions of rows that were replaced. So are files that a killed run left behind, after a day, and
breaks that have been closed for long. What is current stays whatever its age, and so do all other
answers: figures, breaks that are carried forward, findings, editions.

**Is running it again safe?** Yes, and beside any other run: rows expire in one transaction, then the
files that no row points at go one by one. `breakwater retention --dry-run` says what would go.

**It is 3 a.m. and it is red.** Nothing is urgent: nothing depends on it, and the next day's run does
the same. `tidy` red: the lake or the warehouse did not answer, see its last log line. To keep more,
set longer periods in operations.yaml *before* the next run: what is deleted cannot be brought back,
other than by the vendor.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import CronTriggerTimetable, dag, task

from breakwater.orchestration import keeping
from breakwater.orchestration.defaults import DEFAULT_ARGS
from breakwater.orchestration.failing import end_failed_run, tell_failed_run
from breakwater.orchestration.pools import WAREHOUSE
from breakwater.orchestration.tags import Stage, Tier

ZONE = "Asia/Singapore"  # operations.yaml's zone; a test compares, so that parsing reads no file


@dag(
    schedule=CronTriggerTimetable("30 3 * * *", timezone=ZONE),
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    on_failure_callback=tell_failed_run,
    on_success_callback=end_failed_run,
    tags=[Stage.KEEP, Tier.WORKDAY],
    doc_md=__doc__,
)
def tidy() -> None:
    task(pool=WAREHOUSE, execution_timeout=timedelta(hours=5))(keeping.tidy)()


tidy()
