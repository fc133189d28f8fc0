"""The demo: simulate an operation, close its days, compare what was found with what was planted."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from breakwater.core.days import days_between, operational_day_of, utc_seconds
from breakwater.core.errors import BreakwaterError
from breakwater.demo.backfill import backfill, run_manually
from breakwater.demo.found import compare
from breakwater.demo.keepsakes import write_keepsakes
from breakwater.demo.pictures import take_pictures
from breakwater.demo.rest import AirflowApi
from breakwater.demo.simulator.simulate import simulate
from breakwater.demo.simulator.truth import load_truth
from breakwater.demo.stack import Stack, start_stack, stop_stack
from breakwater.demo.table import found_table, where_to_look
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.workspace import Workspace, open_workspace

LAST_WEEK = 7
"""Days that are backfilled through Airflow; those before are closed on the command line."""

PROGRESS = (
    TextColumn("  {task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


ALL_DELIVERED = timedelta(hours=7)
"""How long after midnight the vendors' deadlines have passed, and our own log is whole."""


class DemoError(BreakwaterError):
    """A part of the demo did not run to its end."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Which days there are.

    Attributes:
        first_day: the first simulated day.
        last_day: the last one whose exports are all due: recent, so that it can still be told.
    """

    first_day: date
    last_day: date

    @classmethod
    def ending_yesterday(cls, now: datetime, workspace: Workspace, days: int) -> "Plan":
        """Plan so many days, the last of them yesterday in the operation's zone.

        Before the last vendor's deadline a day is not over: at night it ends a day earlier.
        """
        zone = workspace.configuration.operations.zone_info
        today = operational_day_of(utc_seconds(now - ALL_DELIVERED), zone)
        return cls(today - timedelta(days=days), today - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Every simulated day."""
        return days_between(self.first_day, self.last_day)

    @property
    def week(self) -> list[date]:
        """The days that Airflow closes."""
        return self.days[-LAST_WEEK:]

    @property
    def history(self) -> list[date]:
        """The days before."""
        return self.days[:-LAST_WEEK]


def play(
    home: Path,
    *,
    days: int,
    cases_per_day: int,
    seed: int,
    now: datetime,
    pictures: Path | None = None,
) -> None:
    """Play the main job from an empty folder to its end; Airflow stays up.

    Args:
        home: folder of everything; what an earlier demo left there is removed.
        days: how many to simulate; the last is yesterday, or at night the day before.
        cases_per_day: of all vendors on an ordinary day.
        seed: of everything that is drawn.
        now: the instant; says which day was yesterday.
        pictures: where to write the README's pictures; nowhere when absent.

    Raises:
        DemoError: a command of the demo failed.
        StackError: Airflow did not come up.
    """
    console = Console(soft_wrap=True)
    console.rule("1/6 PostgreSQL, Airflow, a mail server and a chat server, on 127.0.0.1")
    stop_stack(home)
    shutil.rmtree(home, ignore_errors=True)
    stack = start_stack(home, wait=False)
    workspace = open_workspace(stack.environment)
    migrate(workspace.warehouse)
    plan = Plan.ending_yesterday(now, workspace, days)

    console.rule(f"2/6 Simulating {days} days of five vendors")
    truth_file = home / "truth.json"
    _simulate(workspace, plan, cases_per_day, seed, truth_file)

    console.rule(f"3/6 Closing the first {len(plan.history)} days on the command line")
    _close_history(stack, plan)

    console.rule(f"4/6 Backfilling the last {LAST_WEEK} days through Airflow")
    api = stack.wait(lambda missing: console.print(f"  {missing}"))
    states = _backfill(api, plan)
    for day, state in states.items():
        console.print(f"  {day}  {state}{_why_red(workspace, day) if state == 'failed' else ''}")

    console.rule(f"5/6 Closing {plan.last_day} once more, this time telling people")
    run_manually(api, plan.last_day, notify=True)

    console.rule("6/6 What was found, and what was planted")
    keepsakes = write_keepsakes(workspace, plan.last_day, home)
    with workspace.warehouse.transaction() as connection:
        lines = compare(connection, load_truth(truth_file), plan.days)
    console.print(found_table(lines))
    console.print(where_to_look(stack, keepsakes))
    if pictures is not None:
        take_pictures(stack, keepsakes, pictures)
    if any(line.is_wrong for line in lines):
        message = "what was found differs from what was planted; see the table"
        raise DemoError(message)


def _simulate(
    workspace: Workspace, plan: Plan, cases_per_day: int, seed: int, truth_file: Path
) -> None:
    with Progress(*PROGRESS) as progress:
        task = progress.add_task("vendor-days written", total=None)
        summary = simulate(
            workspace.configuration,
            first_day=plan.first_day,
            days=len(plan.days),
            cases_per_day=cases_per_day,
            seed=seed,
            out=workspace.exports,
            enforcement_log=workspace.enforcement_log,
            truth_file=truth_file,
            progress=lambda done, of: progress.update(task, completed=done, total=of),
        )
    print(f"  {summary}")


def _close_history(stack: Stack, plan: Plan) -> None:
    """Run the command that an operator would type."""
    first, last = plan.history[0].isoformat(), plan.history[-1].isoformat()
    command = [str(Path(sys.executable).with_name("breakwater")), "close-days", first, last]
    print(f"  $ breakwater close-days {first} {last}", flush=True)
    if subprocess.run(command, env=dict(stack.environment), check=False).returncode:
        message = f"`breakwater close-days {first} {last}` failed"
        raise DemoError(message)


def _backfill(api: AirflowApi, plan: Plan) -> Mapping[date, str]:
    with Progress(*PROGRESS) as progress:
        task = progress.add_task("days closed", total=LAST_WEEK)

        def tell(states: Counter[str]) -> None:
            progress.update(task, completed=states["success"] + states["failed"])

        return backfill(api, plan.week[0], plan.week[-1], tell=tell).states


def _why_red(workspace: Workspace, day: date) -> str:
    """Name the vendors whose export is missing or unusable: a run without them ends red."""
    rows = workspace.warehouse.rows(
        "select vendor, rule from operations.finding where operational_day = %s"
        " and rule in ('ExportMissing', 'ExportTruncated', 'ExportUnreadable') order by vendor",
        [day],
    )
    return "".join(f": {row['rule']} {row['vendor']}" for row in rows)
