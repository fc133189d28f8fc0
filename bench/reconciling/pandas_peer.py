"""pandas: the two passes with merges and group-bys; from Parquet, and from an export."""

import io
import os
from pathlib import Path

import pandas as pd  # noqa: TID253  nobody imports this module but its contender
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
    vendor = pd.read_parquet(
        folder / "case_event.parquet",
        columns=list(VENDOR_COLUMNS),
        filters=[("event_type", "==", "decided")],
    ).rename(columns=VENDOR_COLUMNS)
    internal = pd.read_parquet(
        folder / "enforcement_action.parquet", columns=list(INTERNAL_COLUMNS)
    ).rename(columns=INTERNAL_COLUMNS)
    outcomes = reconcile(vendor, internal)
    outcomes = outcomes.sort_values(["side", "record_id"])
    outcomes.to_parquet(folder / "pandas.parquet", compression="zstd", index=False)
    return counts(outcomes)


def run_export(folder: Path) -> dict[str, int]:
    """Read the export and our log, match, and copy the breaks into a table."""
    columns = ("dossier", "contenu", "file", "motif", "decision", "decide_le")
    export = pd.read_csv(
        folder / "exports" / VENDOR / f"{VENDOR}_{DAY:%Y%m%d}.csv.gz", usecols=columns, dtype="str"
    )
    vendor = pd.DataFrame(
        {
            "vendor_id": export.dossier + "/" + export.index.astype("str"),
            "vendor_key": export.dossier,
            "vendor_item": export.contenu,
            "vendor_queue": export.file.map({code: word for word, code in QUEUES.items()}),
            "vendor_policy": export.motif.map({code: word for word, code in POLICIES.items()}),
            "vendor_language": "fr",
            "vendor_decision": export.decision.map({code: word for word, code in CODES.items()}),
            "vendor_at": pd.to_datetime(export.decide_le, format="%Y-%m-%d %H:%M:%S")
            .astype("datetime64[s]")
            .astype("int64"),
        }
    )
    internal = pd.read_csv(io.BytesIO(read_log()), engine="pyarrow").rename(
        columns=INTERNAL_COLUMNS
    )
    outcomes = reconcile(vendor, internal)
    breaks = outcomes[~outcomes.outcome.isin(MATCHED)].copy()
    breaks["decided_at"] = pd.to_datetime(breaks.decided_at, unit="s", utc=True)
    for name in ("drift_seconds", "enforcement_seconds"):
        breaks[name] = breaks[name].astype("Int64")
    with psycopg.connect(os.environ["BREAKWATER_WAREHOUSE"]) as connection:
        connection.execute("create schema answers")
        connection.execute(MAKE_BREAKS)
        statement = (
            f"copy answers.recon_break ({', '.join(breaks.columns)}) from stdin (format csv)"
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(breaks.to_csv(header=False, index=False))
    return counts(outcomes)


def reconcile(vendor: pd.DataFrame, internal: pd.DataFrame) -> pd.DataFrame:
    """Pair by key, then what is left by item; give one row for every record of both books."""
    both = vendor.merge(
        internal.dropna(subset="internal_key"), left_on="vendor_key", right_on="internal_key"
    )
    both["gap"] = (both.vendor_at - both.internal_at).abs()
    both = both.sort_values(["vendor_key", "gap", "vendor_at", "vendor_id", "internal_id"])
    pairs = both.drop_duplicates("vendor_key")
    rest = vendor[~vendor.vendor_id.isin(pairs.vendor_id)]
    surplus = rest[rest.vendor_key.isin(pairs.vendor_key)]
    rest = rest.drop(surplus.index)
    left = internal[~internal.internal_id.isin(pairs.internal_id)]
    leads = rest.sort_values(["vendor_at", "vendor_id"]).drop_duplicates("vendor_key")
    near = leads.merge(left, left_on="vendor_item", right_on="internal_item")
    near["gap"] = (near.vendor_at - near.internal_at).abs()
    near = near[near.gap <= about().operations.matching.window_seconds]
    near = near.sort_values(["vendor_item", "gap"]).drop_duplicates("vendor_item")
    rest = rest[~rest.vendor_id.isin(near.vendor_id)]
    copies = rest[rest.vendor_key.isin(near.vendor_key)]
    alone = rest.drop(copies.index)
    left = left[~left.internal_id.isin(near.internal_id)]
    pairs = judged(pd.concat([pairs, near], ignore_index=True))
    return pd.concat(
        [
            told(pairs.assign(counterpart_id=pairs.internal_id), "vendor"),
            told(pairs.assign(counterpart_id=pairs.vendor_id), "internal"),
            told(pd.concat([surplus, copies]).assign(outcome="duplicate_vendor"), "vendor"),
            told(alone.assign(outcome="missing_internal"), "vendor"),
            told(left.assign(outcome="missing_vendor"), "internal"),
        ],
        ignore_index=True,
    )


def judged(pairs: pd.DataFrame) -> pd.DataFrame:
    """Tell what each pair is: the gravest last, because it overrules."""
    pairs["drift_seconds"] = pairs.vendor_at - pairs.internal_at
    pairs["enforcement_seconds"] = pairs.enforced_at - pairs.internal_at
    outcome = pd.Series("matched", index=pairs.index)
    outcome[pairs.gap > 0] = "matched_within_tolerance"
    outcome[pairs.enforcement_seconds > ENFORCEMENT_SECONDS] = "late_enforcement"
    outcome[pairs.gap > TIME_SECONDS] = "time_drift"
    outcome[pairs.vendor_decision != pairs.internal_decision] = "decision_mismatch"
    return pairs.assign(outcome=outcome)


def told(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return rows of the outcome for one side's records."""
    names = {f"{side}_{own}": name for own, name in zip(OWN, TOLD, strict=True)}
    more = ("counterpart_id", "drift_seconds", "enforcement_seconds", "outcome")
    return rows.reindex(columns=[*names, *more]).rename(columns=names).assign(side=side)


def counts(outcomes: pd.DataFrame) -> dict[str, int]:
    """Count cases by outcome, a pair once."""
    once = outcomes[(outcomes.side == "vendor") | outcomes.counterpart_id.isna()]
    return {str(name): int(count) for name, count in once.outcome.value_counts().items()}
