"""Reconciliation on generated books: Breakwater, a pandas implementation, and a bare floor.

    .venv/bin/python bench/reconcile.py [rows a side ...]      default: 1000000

Each contender runs in a process of its own on the same two Parquet files and prints seconds, CPU
seconds and the peak of its resident memory; then the ratios to Breakwater. Nothing is asserted about
time. That the contenders agree where they do the same is asserted.

``breakwater``  the product's models on DuckDB within the default memory limit: all thirteen outcomes,
                checked totals, one ordered Parquet file.
``pandas``      the same two passes written with merges and group-bys, for key pairs, surplus, item
                pairs and verdicts; without ambiguity by rounds, order, or checks. Not beyond 2 M rows.
``floor``       one DuckDB join by key and an unordered Parquet file: what reading, joining and
                writing cost at least.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME
from breakwater.core.days import Window
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile.books import VendorDay, load_rules, text_column
from breakwater.reconcile.matching import match_books, open_books
from breakwater.reconcile.publish import write_outcomes
from breakwater.reconcile.tie_out import take_tallies, tie_out

DAY = date(2026, 3, 2)
VENDOR = "pearlline"
PANDAS_LIMIT = 2_000_000
CONTENDERS = ("breakwater", "pandas", "floor")


def generate(rows: int, folder: Path) -> None:
    """Write both books: about 3 % of the records are in some trouble, 5 % have no reference."""
    start = _about().window.start
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    connection.execute(
        f"""create table base as select x, {start} + cast(hash(x) % 86400 as bigint) as t,
        hash(x + 1000000007) % 1000 as chance,
        ['hate', 'spam', 'adult'][1 + cast(hash(x + 3) % 3 as int)] as queue,
        ['remove', 'no_action', 'label'][1 + cast(hash(x + 5) % 3 as int)] as decision
        from range({rows}) r(x)"""
    )
    # chance 0: not in our log; 1: not in the export; 2: twice in the export; 3: other decision
    connection.execute(
        f"""copy (select date '{DAY}' as operational_day, '{VENDOR}' as vendor, 'manila' as site,
        queue, queue as policy, 'en' as language, 'p3' as priority, 'C' || x as case_id_vendor,
        md5('row' || x || '-' || copy) as record_id, 'C' || x as record_key, 'I' || x as item_id,
        md5('row' || x || '-' || copy) || '/decided/0' as event_id, 'decided' as event_type,
        t + copy as event_at, 'human' as actor_type, cast(null as varchar) as agent,
        case when chance = 3 then 'warn' else decision end as decision, decision as decision_code_vendor,
        cast(30 as bigint) as handle_seconds, cast(null as double) as score,
        cast(null as varchar) as reason, repeat('0', 64) as source_sha256, x as source_row
        from base, (select 0 as copy union all select 1) copies
        where chance <> 1 and (copy = 0 or chance = 2) order by event_id) to '{folder}/case_event.parquet'"""
    )
    # chance 4: drift beyond tolerance; 5 to 9: within it; 10 to 12: late; 950 and up: no reference
    connection.execute(
        f"""copy (select date '{DAY}' as operational_day, '{VENDOR}' as vendor, 'manila' as site,
        queue, queue as policy, 'en' as language, 'A' || x as action_id,
        case when chance >= 950 then null else 'C' || x end as record_key, 'I' || x as item_id,
        decision, t + shift as decided_at, t + shift + case when chance in (10, 11, 12) then 7200 else 30 end
            as enforced_at, 'executed' as status, 'review' as source,
        cast(null as bigint) as handle_seconds, cast(null as double) as score
        from (select *, case when chance = 4 then 600 when chance between 5 and 9 then 60 else 0 end
            as shift from base) where chance <> 0 order by action_id) to '{folder}/enforcement_action.parquet'"""
    )
    connection.close()


def run_breakwater(folder: Path) -> dict[str, int]:
    """Run the product's models as the stage does, without the warehouse."""
    files = [folder / f"{table.name}.parquet" for table in (CASE_EVENT, ENFORCEMENT_ACTION)]
    rows = sum(pq.ParquetFile(file).metadata.num_rows for file in files)
    about = _about()
    settings = about.operations.engine
    engine = DuckDBEngine(settings.memory_limit, settings.threads)
    load_rules(engine, about)
    for file, table in zip(files, (CASE_EVENT, ENFORCEMENT_ACTION), strict=True):
        engine.scan(table.name, [str(file)], table)
    for name in ("borrowed", "lent"):
        engine.load(name, text_column("action_id", []))
    open_books(engine, row_count=rows)
    match_books(engine, about, row_count=rows)
    write_outcomes(engine, folder / "outcome.parquet")
    engine.scan("written", [str(folder / "outcome.parquet")], RECON_OUTCOME)
    tallies = take_tallies(engine)
    tie_out(VENDOR, DAY, engine, tallies)
    engine.close()
    found = dict.fromkeys((tally.outcome.value for tally in tallies), 0)
    for tally in tallies:
        found[tally.outcome.value] += tally.case_count
    return found


def run_pandas(folder: Path) -> dict[str, int]:
    """Match with merges: pairs by key, surplus, then by item; verdicts as masks."""
    import pandas as pd

    vendor = pd.read_parquet(folder / "case_event.parquet").query("event_type == 'decided'")
    internal = pd.read_parquet(folder / "enforcement_action.parquet")
    both = vendor.merge(
        internal.dropna(subset="record_key"), on="record_key", suffixes=("_vendor", "_internal")
    )
    both["gap"] = (both.event_at - both.decided_at).abs()
    both = both.sort_values(["record_key", "gap", "event_at", "event_id", "action_id"])
    pairs = both.drop_duplicates("record_key")
    rest = vendor[~vendor.event_id.isin(pairs.event_id)]
    surplus = rest[rest.record_key.isin(pairs.record_key)]
    rest = rest.drop(surplus.index)
    left = internal[~internal.action_id.isin(pairs.action_id)]
    leads = rest.sort_values(["event_at", "event_id"]).drop_duplicates("record_key")
    near = leads.merge(left, on="item_id", suffixes=("_vendor", "_internal"))
    near["gap"] = (near.event_at - near.decided_at).abs()
    near = near[near.gap <= _about().operations.matching.window_seconds]
    near = near.sort_values(["item_id", "gap"]).drop_duplicates("item_id")
    pairs = pd.concat([pairs, near])
    copies = rest[rest.record_key.isin(near.record_key_vendor) & ~rest.event_id.isin(near.event_id)]
    alone = rest[~rest.event_id.isin(near.event_id)].drop(copies.index)
    left = left[~left.action_id.isin(near.action_id)]
    outcome = pd.Series("matched", index=range(len(pairs)))
    pairs = pairs.reset_index(drop=True)
    outcome[pairs.gap > 0] = "matched_within_tolerance"
    outcome[pairs.enforced_at - pairs.decided_at > 3600] = "late_enforcement"  # noqa: PLR2004  the default
    outcome[pairs.gap > 120] = "time_drift"  # noqa: PLR2004  the default
    outcome[pairs.decision_vendor != pairs.decision_internal] = "decision_mismatch"
    pairs.assign(outcome=outcome).to_parquet(folder / "pandas.parquet", compression="zstd")
    return {
        **{str(name): int(count) for name, count in outcome.value_counts().items()},
        "duplicate_vendor": len(surplus) + len(copies),
        "missing_internal": len(alone),
        "missing_vendor": len(left),
    }


def run_floor(folder: Path) -> dict[str, int]:
    """Join by key and write, nothing else."""
    settings = _about().operations.engine
    connection = duckdb.connect(
        config={"memory_limit": settings.memory_limit, "threads": settings.threads}
    )
    connection.execute(
        f"""copy (select * from read_parquet('{folder}/case_event.parquet') v
        join read_parquet('{folder}/enforcement_action.parquet') i on i.record_key = v.record_key)
        to '{folder}/floor.parquet' (format parquet, compression zstd)"""
    )
    return {}


def main(sizes: list[int]) -> None:
    """Run every contender on every size, and print the ratios."""
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-reconcile-") as name:
            folder = Path(name)
            generate(rows, folder)
            print(f"{rows:,} records a side")
            measured = {
                contender: measure(contender, folder)
                for contender in CONTENDERS
                if contender != "pandas" or rows <= PANDAS_LIMIT
            }
            compare(measured)


def measure(contender: str, folder: Path) -> dict[str, object]:
    """Run one contender in a process of its own."""
    command = [sys.executable, __file__, "--run", contender, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"  {contender:<11} {result['seconds']:8.1f} s   {result['cpu']:8.1f} s CPU"
        f"   {result['peak_mb']:8,.0f} MB"
    )
    return result


def compare(measured: dict[str, dict[str, object]]) -> None:
    """Print ratios to Breakwater, and hold the results against each other."""
    ours = measured["breakwater"]
    for contender, theirs in measured.items():
        if contender == "breakwater":
            continue
        ratios = "   ".join(
            f"{name} {float(str(theirs[key])) / float(str(ours[key])):.2f}×"
            for name, key in (("time", "seconds"), ("CPU", "cpu"), ("memory", "peak_mb"))
        )
        print(f"  {contender} : breakwater   {ratios}")
        if theirs["found"]:
            assert theirs["found"] == ours["found"], (theirs["found"], ours["found"])
    print(f"  found {ours['found']}\n")


def run(contender: str, folder: Path) -> None:
    """Run one contender here and print what it took as JSON."""
    work: dict[str, Callable[[Path], dict[str, int]]] = {
        "breakwater": run_breakwater,
        "pandas": run_pandas,
        "floor": run_floor,
    }
    start, cpu = time.perf_counter(), time.process_time()
    found = work[contender](folder)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "found": {name: count for name, count in sorted(found.items()) if count},
            }
        )
    )


def _about() -> VendorDay:
    configuration = load_configuration()
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return VendorDay(configuration.vendor(VENDOR), DAY, window, operations)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(argument) for argument in sys.argv[1:]] or [1_000_000])
