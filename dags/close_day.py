"""Close an operational day: every vendor's book against the enforcement log, then tell people.

**What it delivers.** One run is one operational day, midnight to midnight in the operation's zone;
the partition key is its ISO date. Each vendor's export is fetched, landed, reconciled with the
enforcement log and measured; then the day is tied out and closed, compared with its history,
findings become incidents, and the digest is written. Scheduled runs tell people; backfills update
everything and tell nobody; a manual run tells people only if *Tell people* is ticked. Last, earlier
days are closed again that late or corrected records made stale, and each gets a new edition of its
digest: any run does that. None pages anybody; who was sent a digest whose numbers really moved is sent
its correction by runs that tell people.

**Is running it again safe?** Yes: any task, any run, any number of times, also side by side. Every
task replaces what it owns in one transaction, an unchanged re-run changes nothing, and each message
goes out once. Clear a red task and it goes on from there. Many days: Trigger → Backfill.

**It is 3 a.m. and it is red.** Look at the first red task, from left to right; its last log line
names vendor, day, file, what was expected and what was found.

- `fetch` waiting: nothing is wrong, or the vendor's place does not answer: its log says which. It looks
  again every five minutes until the vendor's deadline, at a place that does not answer an hour longer.
- `fetch` red: nothing came by then. Ask the vendor; when the file is there, clear the task
  with everything downstream of it. The other vendors are closed already.
- `land` red: the file is truncated or breaks its contract. What was landed before still stands.
- `close` red: the books do not tie out. That is a fault of ours: call the team that owns this Dag.
- `digest` red: somebody was not told. Its log names the channel; clear it when the channel is back.
- `reclose_stale` red: the run's own day is not concerned, so the run keeps its colour. An earlier day
  stays stale, its log says which and why; every run tries again, and so does clearing the task.
- `every_vendor_reported` alone red: the day is closed, and told, without the vendors it names.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.sdk import CronPartitionTimetable, TriggerRule, XComArg, chain, dag, task, task_group

from breakwater.orchestration import stages
from breakwater.orchestration.assets import DAILY_DIGEST
from breakwater.orchestration.defaults import DEFAULT_ARGS, LONGEST_FETCH, LONGEST_WAIT
from breakwater.orchestration.failing import end_failed_run, tell_failed_run
from breakwater.orchestration.parameters import close_day_parameters
from breakwater.orchestration.pools import VENDOR_FEEDS, WAREHOUSE
from breakwater.orchestration.tags import Stage, Tier

ZONE = "Asia/Singapore"  # operations.yaml's zone; a test compares, so that parsing reads no file


@task_group(  # type: ignore[type-var]  # its stub knows only groups that return nothing
    default_args={"map_index_template": "{{ task.op_kwargs.vendor }}"}
)
def vendors(vendor: str) -> XComArg:
    # Gives its slot back between two looks; the vendor's deadline ends the wait, not the timeout.
    wait = task.sensor(
        mode="reschedule",
        poke_interval=300,
        timeout=LONGEST_WAIT.total_seconds(),
        pool=VENDOR_FEEDS,
        execution_timeout=LONGEST_FETCH,
    )
    fetched = wait(stages.fetch)(vendor=vendor)
    landed = task(pool=WAREHOUSE)(stages.land)(vendor=vendor)
    reconciled = task(pool=WAREHOUSE)(stages.reconcile)(vendor=vendor)
    measured = task(pool=WAREHOUSE)(stages.measure)(vendor=vendor)
    chain(fetched, landed, reconciled, measured)
    return measured


@dag(
    schedule=CronPartitionTimetable(
        "0 6 * * *", timezone=ZONE, run_offset=-1, key_format="%Y-%m-%d"
    ),
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)),
    catchup=False,
    max_active_runs=3,  # days share nothing but locks; it is also the most a backfill may ask for
    dagrun_timeout=LONGEST_WAIT + timedelta(hours=2),
    default_args=DEFAULT_ARGS,
    on_failure_callback=tell_failed_run,
    on_success_callback=end_failed_run,
    params=close_day_parameters(),
    tags=[Stage.CLOSE, Tier.MORNING],
    doc_md=__doc__,
)
def close_day() -> None:
    names = task(stages.list_vendors)()
    measured = vendors.expand(vendor=names)

    # One vendor's failure must not keep the others' day open, nor a day that cannot be closed keep
    # a missing export from being told. The list of vendors stands upstream of both: it is the one
    # success without which there is nothing to close or to tell.
    done = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    closed = task(pool=WAREHOUSE, trigger_rule=done)(stages.close)()
    detected = task(pool=WAREHOUSE)(stages.detect)()
    told = task(pool=WAREHOUSE, trigger_rule=done)(stages.notify)()
    # It sees to it that people were told, and tries for as long as a message may wait: an hour.
    publish = task(pool=WAREHOUSE, outlets=[DAILY_DIGEST], retries=8)(stages.digest)
    published = publish(told)  # type: ignore[arg-type]  # its result, once it runs
    # Other days' trouble is no trouble of this day: it shows in its own square, not in the run.
    again = timedelta(hours=2)  # it may be many days
    reclose = task(pool=WAREHOUSE, trigger_rule=done, execution_timeout=again)
    reclosed = reclose(stages.reclose_stale)()
    # Only the last task decides a run's colour: without this one a failed vendor would end green.
    every = task(trigger_rule=TriggerRule.ALL_DONE, retries=0)(stages.every_vendor_reported)

    names >> [closed, told, reclosed]
    chain(measured, closed, detected, told, published)
    detected >> published
    reported = every(names, measured, published)  # type: ignore[arg-type]  # results, once they run
    chain(published, reclosed, reported)


close_day()
