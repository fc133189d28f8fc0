"""Polars: the two passes with joins, streamed where its engine can; and datacompy, which uses it."""

import os
from pathlib import Path

import polars as pl
import psycopg

from reconciling.about import DAY, ENFORCEMENT_SECONDS, TIME_SECONDS, VENDOR, about
from reconciling.books import CODES, POLICIES, QUEUES
from reconciling.frames import (
    INTERNAL_COLUMNS,
    MAKE_BREAKS,
    MATCHED,
    OWN,
    TOLD,
    VENDOR_COLUMNS,
    read_log,
)


def run_parquet(folder: Path) -> dict[str, int]:
    """Read both books, match, and write one row for every record, ordered."""
    vendor = (
        pl.scan_parquet(folder / "case_event.parquet")
        .filter(pl.col("event_type") == "decided")
        .select(pl.col(name).alias(ours) for name, ours in VENDOR_COLUMNS.items())
    )
    internal = pl.scan_parquet(folder / "enforcement_action.parquet").select(
        pl.col(name).alias(ours) for name, ours in INTERNAL_COLUMNS.items()
    )
    outcomes = reconcile(vendor, internal).sort("side", "record_id").collect(engine="streaming")
    outcomes.write_parquet(folder / "polars.parquet", compression="zstd")
    return counts(outcomes)


def run_export(folder: Path) -> dict[str, int]:
    """Read the export and our log, match, and copy the breaks into a table."""
    export = pl.scan_csv(
        folder / "exports" / VENDOR / f"{VENDOR}_{DAY:%Y%m%d}.csv.gz",
        infer_schema=False,
        row_index_name="row",
    )
    vendor = export.select(
        (pl.col("dossier") + "/" + pl.col("row").cast(pl.String)).alias("vendor_id"),
        pl.col("dossier").alias("vendor_key"),
        pl.col("contenu").alias("vendor_item"),
        _words("file", QUEUES).alias("vendor_queue"),
        _words("motif", POLICIES).alias("vendor_policy"),
        pl.lit("fr").alias("vendor_language"),
        _words("decision", CODES).alias("vendor_decision"),
        pl.col("decide_le").str.to_datetime("%Y-%m-%d %H:%M:%S").dt.epoch("s").alias("vendor_at"),
    ).collect(engine="streaming")  # fmt: skip
    internal = pl.read_csv(read_log()).rename(INTERNAL_COLUMNS)
    outcomes = reconcile(vendor.lazy(), internal.lazy()).collect(engine="streaming")
    breaks = outcomes.filter(~pl.col("outcome").is_in(MATCHED)).with_columns(
        pl.from_epoch("decided_at").dt.strftime("%Y-%m-%d %H:%M:%S+00")
    )
    with psycopg.connect(os.environ["BREAKWATER_WAREHOUSE"]) as connection:
        connection.execute("create schema answers")
        connection.execute(MAKE_BREAKS)
        statement = (
            f"copy answers.recon_break ({', '.join(breaks.columns)}) from stdin (format csv)"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(breaks.write_csv(include_header=False))
    return counts(outcomes)


def reconcile(vendor: pl.LazyFrame, internal: pl.LazyFrame) -> pl.LazyFrame:
    """Pair by key, then what is left by item; give one row for every record of both books."""
    gap = (pl.col("vendor_at") - pl.col("internal_at")).abs().alias("gap")
    both = {"coalesce": False}
    pairs = (
        vendor.join(
            internal.drop_nulls("internal_key"),
            left_on="vendor_key",
            right_on="internal_key",
            **both,
        )
        .with_columns(gap)
        .sort("vendor_key", "gap", "vendor_at", "vendor_id", "internal_id")
        .unique("vendor_key", keep="first", maintain_order=True)
        .collect(engine="streaming")
        .lazy()
    )
    rest = vendor.join(pairs, on="vendor_id", how="anti").collect(engine="streaming").lazy()
    surplus = rest.join(pairs, on="vendor_key", how="semi")
    rest = rest.join(pairs, on="vendor_key", how="anti")
    left = internal.join(pairs, on="internal_id", how="anti").collect(engine="streaming").lazy()
    near = (
        rest.sort("vendor_at", "vendor_id")
        .unique("vendor_key", keep="first", maintain_order=True)
        .join(left, left_on="vendor_item", right_on="internal_item", **both)
        .with_columns(gap)
        .filter(pl.col("gap") <= about().operations.matching.window_seconds)
        .sort("vendor_item", "gap")
        .unique("vendor_item", keep="first", maintain_order=True)
        .collect(engine="streaming")
        .lazy()
    )
    rest = rest.join(near, on="vendor_id", how="anti")
    copies = rest.join(near, on="vendor_key", how="semi")
    alone = rest.join(near, on="vendor_key", how="anti")
    left = left.join(near, on="internal_id", how="anti")
    judged = _judged(pl.concat([pairs, near.select(pairs.collect_schema().names())]))
    parts = [
        _told(judged.with_columns(pl.col("internal_id").alias("counterpart_id")), "vendor"),
        _told(judged.with_columns(pl.col("vendor_id").alias("counterpart_id")), "internal"),
        _told(_lone(pl.concat([surplus, copies]), "duplicate_vendor"), "vendor"),
        _told(_lone(alone, "missing_internal"), "vendor"),
        _told(_lone(left, "missing_vendor"), "internal"),
    ]
    return pl.concat(parts)


def run_datacompy(folder: Path) -> dict[str, int]:
    """Compare by key; give what the product told of its first pass."""
    import datacompy  # noqa: PLC0415  measured with the rest

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
        vendor, internal, "record_key", abs_tol={"default": 0, "decided_at": TIME_SECONDS}
    )
    rows = compared.intersect_rows
    rows.write_parquet(folder / "datacompy.parquet", compression="zstd")
    compared.df1_unq_rows.write_parquet(folder / "datacompy_vendor.parquet", compression="zstd")
    compared.df2_unq_rows.write_parquet(folder / "datacompy_internal.parquet", compression="zstd")
    return {
        "pairs by key": rows.height,
        "other decision by key": rows.filter(~pl.col("decision_match")).height,
    }


def counts(outcomes: pl.DataFrame) -> dict[str, int]:
    """Count cases by outcome, a pair once."""
    once = (pl.col("side") == "vendor") | pl.col("counterpart_id").is_null()
    return dict(outcomes.filter(once)["outcome"].value_counts().iter_rows())


def _judged(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Tell what each pair is, from the gravest down."""
    late = pl.col("enforcement_seconds") > ENFORCEMENT_SECONDS
    return pairs.with_columns(
        (pl.col("vendor_at") - pl.col("internal_at")).alias("drift_seconds"),
        (pl.col("enforced_at") - pl.col("internal_at")).alias("enforcement_seconds"),
    ).with_columns(
        pl.when(pl.col("vendor_decision") != pl.col("internal_decision"))
        .then(pl.lit("decision_mismatch"))
        .when(pl.col("gap") > TIME_SECONDS).then(pl.lit("time_drift"))
        .when(late).then(pl.lit("late_enforcement"))
        .when(pl.col("gap") > 0).then(pl.lit("matched_within_tolerance"))
        .otherwise(pl.lit("matched")).alias("outcome")
    )  # fmt: skip


def _lone(rows: pl.LazyFrame, outcome: str) -> pl.LazyFrame:
    nothing = {
        "counterpart_id": pl.String,
        "drift_seconds": pl.Int64,
        "enforcement_seconds": pl.Int64,
    }
    return rows.with_columns(
        pl.lit(outcome).alias("outcome"),
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in nothing.items()),
    )


def _told(rows: pl.LazyFrame, side: str) -> pl.LazyFrame:
    """Return rows of the outcome for one side's records."""
    return rows.select(
        *(pl.col(f"{side}_{own}").alias(name) for own, name in zip(OWN, TOLD, strict=True)),
        "counterpart_id", "drift_seconds", "enforcement_seconds", "outcome",
        pl.lit(side).alias("side"),
    )  # fmt: skip


def _words(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict({code: word for word, code in words.items()})
