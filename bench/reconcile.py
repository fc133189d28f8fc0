"""Reconciliation on generated books: Breakwater, its peers, and two bare floors.

    .venv/bin/python bench/reconcile.py [rows a side ...] [--rounds N] [--only NAME ...]
                                        [--export ROWS]
                                default: 1000000, 3 rounds, everybody; then 1000000 from an export

Each contender runs in a process of its own on the same books, in turns. Printed are medians of
seconds, CPU seconds (of PostgreSQL, too) and the peak of resident memory of the contender, then the
ratios to Breakwater and Breakwater's to the floor. Nothing is asserted about time. That the
contenders agree where they do the same is asserted.

From landed Parquet to Parquet:

``breakwater``  the product's models on DuckDB within the default memory limit: all outcomes, checked
                totals, one ordered Parquet file.
``unlimited``   the same without a memory limit to speak of.
``pandas``      the same two passes written with merges and group-bys on the columns they need: key
                pairs, surplus, item pairs and verdicts, one row for every record of both books,
                ordered; without ambiguity by rounds, alternatives or checks.
``polars``      the same with lazy frames and the streaming engine.
``datacompy``   its Polars comparison by key, with the default tolerance in time: pairs by key, rows
                of one side and differing decisions, written as it keeps them. It knows no item pass.
``join``        one DuckDB join by key that gives a number: what reading and joining cost at least.
``floor``       the same join written as an unordered Parquet file with all columns of both books.

From a vendor's gzip CSV and our log in PostgreSQL to breaks in a table in PostgreSQL, once:

``breakwater-export``  `fetch_export`, `land_day`, `reconcile_day`: every event of every case landed,
                bad records in quarantine, totals tied out, breaks with their life and findings.
``pandas-export``, ``polars-export``  read the columns they need, translate the codes, match as
                above, COPY the breaks into a table. Nothing is checked or kept.

pandas and datacompy hold everything in memory at once; beyond 2 M rows they run only when named.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from reconciling.about import VENDOR
from reconciling.books import write_export, write_parquet
from reconciling.turns import agree, compare, measure, medians, peak_mb, ratios

from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION
from breakwater.warehouse.database import Database
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.migrate import migrate

IN_MEMORY_LIMIT = 2_000_000
IN_MEMORY = ("pandas", "datacompy")
ROUNDS = 3
UNLIMITED = "64GB"
FLOOR = "floor"
OURS, OURS_FROM_EXPORT = "breakwater", "breakwater-export"

LANDED: dict[str, tuple[str, ...]] = {
    OURS: ("product", "run_models"),
    "unlimited": ("product", "run_models", UNLIMITED),
    "polars": ("polars_peer", "run_parquet"),
    "pandas": ("pandas_peer", "run_parquet"),
    "datacompy": ("polars_peer", "run_datacompy"),
    "join": ("floors", "run_join"),
    FLOOR: ("floors", "run_floor"),
}
EXPORTED: dict[str, tuple[str, ...]] = {
    OURS_FROM_EXPORT: ("product", "run_stages"),
    "polars-export": ("polars_peer", "run_export"),
    "pandas-export": ("pandas_peer", "run_export"),
}
"""Contenders: module, function, and what it takes beside the folder."""


def main() -> None:
    """Run every contender on every size, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=[*LANDED, *EXPORTED])
    parser.add_argument("--export", type=int, metavar="ROWS", help="0 leaves it out")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run[0], Path(options.run[1]))
        return
    smaller: dict[str, dict[str, float]] = {}
    for rows in options.sizes:
        chosen = options.only or [
            n for n in LANDED if n not in IN_MEMORY or rows <= IN_MEMORY_LIMIT
        ]
        contenders = [name for name in chosen if name in LANDED]
        measured = from_parquet(rows, contenders, options.rounds) if contenders else {}
        for each in smaller.keys() & measured.keys():
            growth = ratios(measured[each], smaller[each])
            print(f"  {each} grew from the size before: {growth}")
        smaller = measured
    contenders = [name for name in EXPORTED if name in (options.only or EXPORTED)]
    rows = 1_000_000 if options.export is None else options.export
    if contenders and rows:
        from_export(rows, contenders)


def from_parquet(rows: int, contenders: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Take turns on landed books; return the medians."""
    with _scratch() as name:
        folder = Path(name)
        write_parquet(rows, folder)
        print(f"{rows:,} records a side, {rounds} rounds", flush=True)
        told = [{each: _on_parquet(each, folder) for each in contenders} for _ in range(rounds)]
    measured = {each: medians([turn[each] for turn in told]) for each in contenders}
    compare(measured, OURS, FLOOR)
    agree({each: told[0][each]["found"] for each in contenders}, OURS)
    return measured


def _on_parquet(contender: str, folder: Path) -> dict[str, Any]:
    result = measure(contender, folder, {})
    for file in folder.glob("*.parquet"):
        if file.stem not in (CASE_EVENT.name, ENFORCEMENT_ACTION.name):
            file.unlink()
    return result


def from_export(rows: int, contenders: list[str]) -> None:
    """Take one turn from a vendor's export, each with a database of its own."""
    with _scratch() as name:
        folder = Path(name)
        exports = folder / "exports" / VENDOR
        exports.mkdir(parents=True)
        with EmbeddedPostgreSQL(folder / "postgresql", keeps_running=True) as server:
            log = server.ensure_database("platform")
            export = write_export(rows, exports, Database(log))
            print(
                f"{rows:,} records a side from {export.stat().st_size / 2**20:,.0f} MB of gzip CSV"
                " to breaks in PostgreSQL, one round",
                flush=True,
            )
            told = {}
            for each in contenders:
                answers = server.ensure_database(each.replace("-", "_"))
                if each == OURS_FROM_EXPORT:
                    migrate(Database(answers))
                settings = {
                    "BREAKWATER_HOME": str(folder / "home"),
                    "BREAKWATER_WAREHOUSE": answers,
                    "BREAKWATER_ENFORCEMENT_LOG": log,
                }
                told[each] = measure(each, folder, settings)
    compare({each: medians([told[each]]) for each in contenders}, OURS_FROM_EXPORT, FLOOR)
    agree({each: told[each]["found"] for each in contenders}, OURS_FROM_EXPORT)


def run(contender: str, folder: Path) -> None:
    """Run one contender here and print what it took as JSON; what it imports is not counted."""
    module, function, *more = (LANDED | EXPORTED)[contender]
    work: Callable[..., dict[str, int]] = getattr(import_module(f"reconciling.{module}"), function)
    start, cpu = time.perf_counter(), time.process_time()
    found = work(folder, *more)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "peak_mb": peak_mb(),
                "found": {name: count for name, count in sorted(found.items()) if count},
            }
        )
    )


def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=f"bench-reconcile-{os.getpid()}-")


if __name__ == "__main__":
    main()
