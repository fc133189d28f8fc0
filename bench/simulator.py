"""Seconds and memory to simulate a million cases, both books written.

``bench/simulator.py --days 10 --cases-per-day 1000000`` shows that memory follows the size of a
vendor's day, not the length of the stretch.
"""

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from breakwater.contracts.loading import load_configuration
from breakwater.demo.simulator.simulate import SimulationSummary, simulate
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL

KIBIBYTES_PER_MEBIBYTE = 1024


def run(folder: Path, days: int, cases_per_day: int, seed: int) -> SimulationSummary:
    """Simulate into a folder, with a PostgreSQL of its own."""
    # Ended by the `with`, not by the interpreter's exit: once is enough.
    with EmbeddedPostgreSQL(folder / "postgresql", keeps_running=True) as server:
        return simulate(
            load_configuration(),
            first_day=date(2026, 10, 12),
            days=days,
            cases_per_day=cases_per_day,
            seed=seed,
            out=(folder / "exports").as_uri(),
            enforcement_log=Database(server.ensure_database("platform")),
            truth_file=folder / "truth.json",
        )


def main() -> None:
    """Print the row counts, then what they cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=42)
    parser.add_argument("--cases-per-day", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="breakwater-bench-") as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        summary = run(Path(folder), options.days, options.cases_per_day, options.seed)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        exports = sum(file.stat().st_size for file in Path(folder, "exports").rglob("*.*"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_MEBIBYTE
    print(f"{summary.exported_rows:,} exported rows, {exports / 2**20:,.0f} MiB of files")
    print(f"{summary.log_rows:,} rows of the enforcement log")
    print(f"{wall:.1f} s wall clock, {cpu:.1f} s of this process, {peak:,.0f} MiB at most")


if __name__ == "__main__":
    main()
