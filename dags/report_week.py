"""Report a week: our readers at once, each vendor its scorecard when a person has approved it.

**What it delivers.** When all seven days of a week are closed, every audience gets the week's report:
attainment, quality, breaks and trend per vendor, against the four weeks before. Our own audiences
are sent theirs at their morning. Then somebody is asked in the Airflow UI (Browse → Required
Actions) whether each vendor gets its own scorecard; without an answer within two days none is sent.
The partition key begins with its Monday. A week that a backfill completed long after is kept in the
editions and sent to nobody.

**Is running it again safe?** Yes: an unchanged report gives no new edition, and each message goes out
once. A week with a day that was never closed is not started by itself: Trigger, with `period`
2026-W47, says in the report which days it lacks.

**It is 3 a.m. and it is red.** Nothing is urgent. `write_report` red: the warehouse did not answer, or a
message could not be sent: its log names the channel; clear it. `may_tell` skips the rest of a run
that tells nobody. `approve_scorecards` waits for a person, rejected or unanswered it skips
`send_scorecards`, which red says what could not be sent: clear it when the channel is back.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import (
    PartitionedAssetTimetable,
    RollupMapper,
    StartOfWeekMapper,
    WeekWindow,
    dag,
)

from breakwater.orchestration.assets import DAILY_DIGEST
from breakwater.orchestration.defaults import DEFAULT_ARGS
from breakwater.orchestration.failing import end_failed_run, tell_failed_run
from breakwater.orchestration.parameters import report_parameters
from breakwater.orchestration.scorecards import report_tasks
from breakwater.orchestration.tags import Stage, Tier

ZONE = "Asia/Singapore"  # operations.yaml's zone; a test compares, so that parsing reads no file


@dag(
    schedule=PartitionedAssetTimetable(
        assets=DAILY_DIGEST,
        default_partition_mapper=RollupMapper(
            upstream_mapper=StartOfWeekMapper(
                timezone=ZONE, input_format="%Y-%m-%d", output_format="%Y-%m-%d (W%V)"
            ),
            window=WeekWindow(),
        ),
    ),
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)),
    catchup=False,
    max_active_runs=4,
    dagrun_timeout=timedelta(days=3),
    default_args=DEFAULT_ARGS,
    on_failure_callback=tell_failed_run,
    on_success_callback=end_failed_run,
    params=report_parameters("2026-W47"),
    tags=[Stage.REPORT, Tier.WORKDAY],
    doc_md=__doc__,
)
def report_week() -> None:
    report_tasks("week")


report_week()
