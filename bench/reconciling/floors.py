"""Two bare floors in DuckDB: what reading and joining cost at least, and writing the pairs as well."""

from pathlib import Path

import duckdb

from reconciling.about import about

JOIN = (
    "read_parquet('{folder}/case_event.parquet') v"
    " join read_parquet('{folder}/enforcement_action.parquet') i on i.record_key = v.record_key"
)


def run_join(folder: Path) -> dict[str, int]:
    """Join by key, and look at what the sides say of each pair."""
    connection = duckdb.connect(config={"threads": about().operations.engine.threads})
    connection.execute(
        "select count(*), sum(v.event_at - i.decided_at),"
        " sum(case when v.decision <> i.decision then 1 else 0 end) from "
        + JOIN.format(folder=folder)
    ).fetchall()
    return {}


def run_floor(folder: Path) -> dict[str, int]:
    """Join by key and write, nothing else."""
    connection = duckdb.connect(config={"threads": about().operations.engine.threads})
    connection.execute(
        f"copy (select * from {JOIN.format(folder=folder)})"
        f" to '{folder}/floor.parquet' (format parquet, compression zstd)"
    )
    return {}
