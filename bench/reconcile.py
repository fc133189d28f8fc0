"""Reconciliation on generated books: Breakwater, its peers, and two bare floors.

    .venv/bin/python bench/reconcile.py [rows a side ...] [--rounds N] [--only NAME ...]
                                                       default: 1000000, 3 rounds, everybody

Each contender runs in a process of its own on the same two Parquet files, in turns, and writes
Parquet. Printed are medians of seconds, CPU seconds and the peak of resident memory, then the ratios
to Breakwater and Breakwater's to the floor. Nothing is asserted about time. That the contenders
agree where they do the same is asserted.

``breakwater``  the product's models on DuckDB within the default memory limit: all outcomes, checked
                totals, one ordered Parquet file.
``unlimited``   the same without a memory limit to speak of.
``pandas``      the same two passes written with merges and group-bys, for key pairs, surplus, item
                pairs and verdicts; without ambiguity by rounds, order, or checks.
``polars``      the same with lazy frames and the streaming engine.
``datacompy``   its Polars comparison by key, with the default tolerance in time: pairs by key, rows
                of one side and differing decisions, written as it keeps them. It knows no item pass.
``join``        one DuckDB join by key that gives a number: what reading and joining cost at least.
``floor``       the same join written as an unordered Parquet file with all columns of both books.

pandas and datacompy hold everything in memory at once; beyond 2 M rows they run only when named.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from breakwater.contracts.loading import load_configuration
from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, RECON_OUTCOME
from breakwater.core.days import Window
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.reconcile.books import VendorDay, load_rules, text_column
from breakwater.reconcile.matching import match_books, open_books
from breakwater.reconcile.publish import ORDER, write_outcomes
from breakwater.reconcile.tie_out import must_tell_each_once, take_tallies, tie_out

DAY = date(2026, 3, 2)
VENDOR = "pearlline"
IN_MEMORY_LIMIT = 2_000_000
IN_MEMORY = ("pandas", "datacompy")
ROUNDS = 3
UNLIMITED = "64GB"
FLOOR = "floor"


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


def run_breakwater(folder: Path, memory_limit: str | None = None) -> dict[str, int]:
    """Run the product's models as the stage does, without the warehouse."""
    files = [folder / f"{table.name}.parquet" for table in (CASE_EVENT, ENFORCEMENT_ACTION)]
    rows = sum(pq.ParquetFile(file).metadata.num_rows for file in files)
    about = _about()
    settings = about.operations.engine
    engine = DuckDBEngine(memory_limit or settings.memory_limit, settings.threads)
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
    must_tell_each_once(VENDOR, DAY, folder / "outcome.parquet", ORDER)
    tie_out(VENDOR, DAY, engine, tallies)
    by_key = counts_by_key(engine)
    engine.close()
    found = by_key | dict.fromkeys((tally.outcome.value for tally in tallies), 0)
    for tally in tallies:
        found[tally.outcome.value] += tally.case_count
    return found


def counts_by_key(engine: DuckDBEngine) -> dict[str, int]:
    """Count what the key alone paired, for peers that do nothing else."""
    engine.stage(
        "by_key",
        "select cast(count(*) as bigint) as pairs, cast(sum(case when outcome = 'decision_mismatch'"
        " then 1 else 0 end) as bigint) as other_decision from written"
        " where side = 'vendor' and rule = 'exact_key'",
    )
    [row] = engine.fetch("by_key").to_pylist()
    return {"pairs by key": row["pairs"], "other decision by key": row["other_decision"]}


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


def run_polars(folder: Path) -> dict[str, int]:
    """Match with joins, as pandas does; streamed where the engine can."""
    import polars as pl  # noqa: PLC0415  measured with the rest

    vendor = pl.scan_parquet(folder / "case_event.parquet").filter(
        pl.col("event_type") == "decided"
    )
    internal = pl.scan_parquet(folder / "enforcement_action.parquet")
    gap = (pl.col("event_at") - pl.col("decided_at")).abs().alias("gap")
    pairs = (
        vendor.join(internal.drop_nulls("record_key"), on="record_key", suffix="_internal")
        .with_columns(gap)
        .sort("record_key", "gap", "event_at", "event_id", "action_id")
        .unique("record_key", keep="first", maintain_order=True)
        .collect(engine="streaming")
    )
    paired = pairs.lazy()
    rest = vendor.join(paired, on="event_id", how="anti")
    surplus = rest.join(paired, on="record_key", how="semi").collect(engine="streaming")
    rest = rest.join(paired, on="record_key", how="anti").collect(engine="streaming")
    left = internal.join(paired, on="action_id", how="anti").collect(engine="streaming")
    leads = rest.sort("event_at", "event_id").unique(
        "record_key", keep="first", maintain_order=True
    )
    near = (
        leads.join(left, on="item_id", suffix="_internal")
        .with_columns(gap)
        .filter(pl.col("gap") <= _about().operations.matching.window_seconds)
        .sort("item_id", "gap")
        .unique("item_id", keep="first", maintain_order=True)
    )
    found_near = rest.join(near, on="event_id", how="anti")
    copies = found_near.join(near, on="record_key", how="semi")
    alone = found_near.height - copies.height
    left = left.join(near, on="action_id", how="anti")
    columns = [name for name in pairs.columns if name in near.columns]
    outcome = (
        pl.when(pl.col("decision") != pl.col("decision_internal")).then(pl.lit("decision_mismatch"))
        .when(pl.col("gap") > 120).then(pl.lit("time_drift"))  # noqa: PLR2004  the default
        .when(pl.col("enforced_at") - pl.col("decided_at") > 3600)  # noqa: PLR2004  the default
        .then(pl.lit("late_enforcement"))
        .when(pl.col("gap") > 0).then(pl.lit("matched_within_tolerance"))
        .otherwise(pl.lit("matched")).alias("outcome")
    )  # fmt: skip
    judged = pl.concat([pairs.select(columns), near.select(columns)]).with_columns(outcome)
    judged.write_parquet(folder / "polars.parquet", compression="zstd")
    counts = judged["outcome"].value_counts()
    return {
        **dict(counts.iter_rows()),
        "duplicate_vendor": surplus.height + copies.height,
        "missing_internal": alone,
        "missing_vendor": left.height,
    }


def run_datacompy(folder: Path) -> dict[str, int]:
    """Compare by key; give what `run_breakwater` told of its first pass."""
    import datacompy  # noqa: PLC0415  measured with the rest
    import polars as pl  # noqa: PLC0415

    columns = ["record_key", "item_id", "queue", "policy", "decision"]
    vendor = (
        pl.scan_parquet(folder / "case_event.parquet")
        .filter(pl.col("event_type") == "decided")
        .select(*columns, pl.col("event_at").alias("decided_at"))
        .collect()
    )
    internal = (
        pl.scan_parquet(folder / "enforcement_action.parquet")
        .drop_nulls("record_key")
        .select(*columns, "decided_at")
        .collect()
    )
    compared = datacompy.PolarsCompare(
        vendor, internal, "record_key", abs_tol={"default": 0, "decided_at": 120}
    )
    rows = compared.intersect_rows
    rows.write_parquet(folder / "datacompy.parquet", compression="zstd")
    compared.df1_unq_rows.write_parquet(folder / "datacompy_vendor.parquet", compression="zstd")
    compared.df2_unq_rows.write_parquet(folder / "datacompy_internal.parquet", compression="zstd")
    return {
        "pairs by key": rows.height,
        "other decision by key": rows.filter(~pl.col("decision_match")).height,
    }


JOIN = (
    "read_parquet('{folder}/case_event.parquet') v"
    " join read_parquet('{folder}/enforcement_action.parquet') i on i.record_key = v.record_key"
)


def run_join(folder: Path) -> dict[str, int]:
    """Join by key, and look at what the sides say of each pair."""
    connection = duckdb.connect(config={"threads": _about().operations.engine.threads})
    connection.execute(
        "select count(*), sum(v.event_at - i.decided_at),"
        " sum(case when v.decision <> i.decision then 1 else 0 end) from "
        + JOIN.format(folder=folder)
    ).fetchall()
    return {}


def run_floor(folder: Path) -> dict[str, int]:
    """Join by key and write, nothing else."""
    connection = duckdb.connect(config={"threads": _about().operations.engine.threads})
    connection.execute(
        f"copy (select * from {JOIN.format(folder=folder)})"
        f" to '{folder}/floor.parquet' (format parquet, compression zstd)"
    )
    return {}


WORK: dict[str, Callable[[Path], dict[str, int]]] = {
    "breakwater": run_breakwater,
    "unlimited": lambda folder: run_breakwater(folder, UNLIMITED),
    "polars": run_polars,
    "pandas": run_pandas,
    "datacompy": run_datacompy,
    "join": run_join,
    FLOOR: run_floor,
}


def main() -> None:
    """Run every contender on every size, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="+", choices=list(WORK))
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run[0], Path(options.run[1]))
        return
    smaller: dict[str, dict[str, float]] | None = None
    for rows in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-reconcile-") as name:
            folder = Path(name)
            generate(rows, folder)
            print(f"{rows:,} records a side, {options.rounds} rounds", flush=True)
            contenders = options.only or [
                each for each in WORK if each not in IN_MEMORY or rows <= IN_MEMORY_LIMIT
            ]
            told = [
                {each: measure(each, folder) for each in contenders} for _ in range(options.rounds)
            ]
        measured = {each: _medians([turn[each] for turn in told]) for each in contenders}
        compare(measured)
        agree({each: told[0][each]["found"] for each in contenders})
        if smaller:
            for each in measured.keys() & smaller.keys():
                growth = measured[each]["cpu"] / smaller[each]["cpu"]
                print(f"  CPU of {each} grew {growth:.1f}× from the size before")
        smaller = measured


def measure(contender: str, folder: Path) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    command = [sys.executable, __file__, "--run", contender, str(folder)]
    threads = str(_about().operations.engine.threads)
    environment = {**os.environ, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for file in folder.glob("*.parquet"):
        if file.stem not in (CASE_EVENT.name, ENFORCEMENT_ACTION.name):
            file.unlink()
    return result


def _medians(turns: list[dict[str, Any]]) -> dict[str, float]:
    return {
        key: statistics.median(float(turn[key]) for turn in turns)
        for key in ("seconds", "cpu", "peak_mb")
    }


def compare(measured: dict[str, dict[str, float]]) -> None:
    """Print what everybody took, as it is and as ratios to Breakwater; then Breakwater to the floor."""
    ours = measured.get("breakwater")
    for contender, theirs in measured.items():
        line = (
            f"  {contender:<11} {theirs['seconds']:8.1f} s   {theirs['cpu']:8.1f} s CPU"
            f"   {theirs['peak_mb']:8,.0f} MB"
        )
        print(line + (f"   : breakwater  {_ratios(theirs, ours)}" if ours else ""), flush=True)
    for contender in ("breakwater", "unlimited"):
        if contender in measured and FLOOR in measured:
            print(f"  {contender} : floor  {_ratios(measured[contender], measured[FLOOR])}")


def _ratios(one: dict[str, float], other: dict[str, float]) -> str:
    named = (("time", "seconds"), ("CPU", "cpu"), ("memory", "peak_mb"))
    return "   ".join(f"{name} {one[key] / other[key]:.2f}×" for name, key in named)


def agree(found: dict[str, dict[str, int]]) -> None:
    """Hold what the contenders found against what Breakwater found, where they tell the same."""
    ours = found.get("breakwater") or found.get("unlimited")
    if not ours:
        return
    for contender, theirs in found.items():
        same = {name: ours.get(name, 0) for name in theirs}
        assert theirs == same, (contender, theirs, same)
    print(f"  found {ours}\n", flush=True)


def run(contender: str, folder: Path) -> None:
    """Run one contender here and print what it took as JSON."""
    start, cpu = time.perf_counter(), time.process_time()
    found = WORK[contender](folder)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "peak_mb": _peak_mb(),
                "found": {name: count for name, count in sorted(found.items()) if count},
            }
        )
    )


def _peak_mb() -> float:
    """Return the peak of this program alone; what `getrusage` tells begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [each for each in status.splitlines() if each.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def _about() -> VendorDay:
    configuration = load_configuration()
    operations = configuration.operations
    window = Window.for_operational_day(DAY, operations.zone_info)
    return VendorDay(configuration.vendor(VENDOR), DAY, window, operations)


if __name__ == "__main__":
    main()
