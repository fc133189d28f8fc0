"""Breakwater: its models on landed books, and everything from an export to published breaks."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.reconcile.books import load_rules, text_column
from breakwater.reconcile.matching import match_books, open_books
from breakwater.reconcile.publish import ORDER, write_outcomes
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.reconcile.tie_out import must_tell_each_once, take_tallies, tie_out
from breakwater.warehouse.workspace import open_workspace
from reconciling.about import DAY, VENDOR, about

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def run_models(folder: Path, memory_limit: str | None = None) -> dict[str, int]:
    """Run the product's models as the stage does, without the warehouse."""
    files = [folder / f"{table.name}.parquet" for table in (CASE_EVENT, ENFORCEMENT_ACTION)]
    rows = sum(pq.ParquetFile(file).metadata.num_rows for file in files)
    what = about()
    settings = what.operations.engine
    limit = memory_limit or settings.memory_limit
    engine = DuckDBEngine(limit, settings.threads, row_count=rows)
    load_rules(engine, what)
    for file, table in zip(files, (CASE_EVENT, ENFORCEMENT_ACTION), strict=True):
        engine.scan(table.name, [str(file)], table)
    for name in ("borrowed", "lent"):
        engine.load(name, text_column("action_id", []))
    open_books(engine, row_count=rows)
    match_books(engine, what, row_count=rows)
    write_outcomes(engine, folder / "outcome.parquet")
    engine.scan("written", [str(folder / "outcome.parquet")], RECON_OUTCOME)
    tallies = take_tallies(engine)
    must_tell_each_once(VENDOR, DAY, folder / "outcome.parquet", ORDER)
    tie_out(VENDOR, DAY, engine, tallies)
    by_key = _counts_by_key(engine)
    engine.close()
    found = by_key | dict.fromkeys((tally.outcome.value for tally in tallies), 0)
    for tally in tallies:
        found[tally.outcome.value] += tally.case_count
    return found


def _counts_by_key(engine: DuckDBEngine) -> dict[str, int]:
    """Count what the key alone paired, for peers that do nothing else."""
    engine.stage(
        "by_key",
        "select cast(count(*) as bigint) as pairs, cast(sum(case when outcome = 'decision_mismatch'"
        " then 1 else 0 end) as bigint) as other_decision from written"
        " where side = 'vendor' and rule = 'exact_key'",
    )
    [row] = engine.fetch("by_key").to_pylist()
    return {"pairs by key": row["pairs"], "other decision by key": row["other_decision"]}


def run_stages(folder: Path) -> dict[str, int]:
    """Fetch the export and our log, land both, reconcile, and publish the breaks and their life."""
    workspace = open_workspace({**os.environ, "BREAKWATER_EXPORTS": (folder / "exports").as_uri()})
    told = {}
    for stage in (fetch_export, land_day, reconcile_day):
        start, cpu = time.perf_counter(), time.process_time()
        told = stage(workspace, VENDOR, DAY, NOW).summary
        print(
            f"    {stage.__name__:<14} {time.perf_counter() - start:7.1f} s"
            f" {time.process_time() - cpu:7.1f} s CPU",
            flush=True,
        )
    return dict(told["outcomes"])
