"""From landed rows to answers: one large vendor-day, and many days in one pass.

    .venv/bin/python bench/close.py [day] [range]      default: both
    .venv/bin/python bench/close.py range --days 35 --cases-per-day 20000

``day``    a vendor's day of about 100,000 cases is landed; then `reconcile_day` and
           `measure_day` bring it from Parquet in the lake to published breaks and clocks. Each
           stage is told alone, and then again in the same process, where nothing is imported and
           nothing opened any more. The simulator draws how many cases it is. CPU seconds are of this process and of PostgreSQL's.
``range``  ``breakwater close-days`` over days that nobody has closed yet: fetched, landed,
           reconciled, measured, closed, compared with their history, and their digests written.

Nothing is asserted about time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from postgres_time import server_seconds

from breakwater.demo.simulator.faults import FaultPlan
from breakwater.demo.simulator.simulate import simulate
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.measure import measure_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.migrate import migrate
from breakwater.warehouse.workspace import Workspace, open_workspace

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 20, tzinfo=UTC)
VENDOR = "pearlline"
CASES = 100_000
SHARE = 0.3
"""Of all cases of the simulated operation, so many are this vendor's."""
HOME = f"{tempfile.gettempdir()}/bench-close-"


def bench_day(home: Path, cases: int) -> None:
    """Tell what each stage of one vendor-day takes, the first time and again."""
    workspace = open_workspace({"BREAKWATER_HOME": str(home)})
    migrate(workspace.warehouse)
    simulate_cases(workspace, days=1, cases_per_day=round(cases / SHARE))
    for stage in (fetch_export, land_day):
        stage(workspace, VENDOR, DAY, NOW)
    landed = workspace.warehouse.rows(
        "select table_name, row_count from lake.partition where vendor = %s"
        " and table_name in ('case_event', 'enforcement_action') and superseded_at is null",
        [VENDOR],
    )
    told = ", ".join(f"{row['row_count']:,} rows of {row['table_name']}" for row in landed)
    print(f"{VENDOR} {DAY}: {told}", flush=True)
    for turn in ("first", "again"):
        together = 0.0
        for stage in (reconcile_day, measure_day):
            own, server, wall = timed(lambda: stage(workspace, VENDOR, DAY, NOW))  # noqa: B023  called at once
            together += own + server
            print(
                f"  {stage.__name__:<14} {turn}  {wall:6.2f} s   {own:6.2f} s CPU"
                f" + {server:5.2f} s of PostgreSQL",
                flush=True,
            )
        print(f"  {'together':<14} {turn}             {together:6.2f} s CPU", flush=True)


def bench_range(home: Path, days: int, cases_per_day: int) -> None:
    """Close a range as the command line does."""
    environment = {**os.environ, "BREAKWATER_HOME": str(home)}
    workspace = open_workspace({"BREAKWATER_HOME": str(home)})
    migrate(workspace.warehouse)
    simulate_cases(workspace, days=days, cases_per_day=cases_per_day, faults=None)
    last = DAY + timedelta(days=days - 1)
    command = ["-c", "from breakwater.cli import main; main()", "close-days", str(DAY), str(last)]
    before = os.times()
    own, server, wall = timed(
        lambda: subprocess.run(
            [sys.executable, *command], check=True, env=environment, stdout=subprocess.DEVNULL
        )
    )
    after = os.times()
    children = sum(after[2:4]) - sum(before[2:4])
    print(
        f"{days} days of {cases_per_day:,} cases: {wall:.1f} s   {own + children:.1f} s CPU"
        f" + {server:.1f} s of PostgreSQL",
        flush=True,
    )


def simulate_cases(
    workspace: Workspace, *, days: int, cases_per_day: int, faults: FaultPlan | None = None
) -> None:
    """Write both books of every vendor."""
    simulate(
        workspace.configuration,
        first_day=DAY,
        days=days,
        cases_per_day=cases_per_day,
        seed=7,
        out=workspace.exports,
        enforcement_log=workspace.enforcement_log,
        truth_file=Path(workspace.exports.removeprefix("file://")).parent / "truth.json",
        faults=faults,
    )


def timed(work: Callable[[], object]) -> tuple[float, float, float]:
    """Return CPU seconds here, CPU seconds of all PostgreSQL below, and seconds."""
    wall, own, server = time.perf_counter(), time.process_time(), server_seconds(HOME)
    work()
    return (
        time.process_time() - own,
        server_seconds(HOME) - server,
        time.perf_counter() - wall,
    )


def main() -> None:
    """Run what is asked for, each in an installation of its own that is removed at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", help="day, range, or both when absent")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--days", type=int, default=35)
    parser.add_argument("--cases-per-day", type=int, default=20_000)
    options = parser.parse_args()
    for what in options.what or ("day", "range"):
        with tempfile.TemporaryDirectory(prefix="bench-close-") as name:
            home = Path(name)
            with EmbeddedPostgreSQL(home / "postgresql", keeps_running=True):
                if what == "day":
                    bench_day(home, options.cases)
                else:
                    bench_range(home, options.days, options.cases_per_day)


if __name__ == "__main__":
    main()
