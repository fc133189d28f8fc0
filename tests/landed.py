"""Vendor-days as landing and reconciling leave them, written without either."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from case_book import DAY, Event, measured_configuration, parquet

from breakwater.contracts.tables import CASE_EVENT, RECON_OUTCOME, Table
from breakwater.warehouse.database import Connection, replace_rows
from breakwater.warehouse.lake import Partition, point
from breakwater.warehouse.stage_run import record_stage
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
MATCHED = {"matched", "matched_within_tolerance"}


def measured_workspace(workspace: Workspace) -> Workspace:
    """Return the workspace with the clocks and calendars of these tests."""
    return replace(workspace, configuration=measured_configuration(workspace.configuration))


def land(
    workspace: Workspace,
    folder: Path,
    events: list[Event],
    outcomes: list[Event] | None = None,
    *,
    vendor: str = "pearlline",
    day: date = DAY,
) -> None:
    """Put a vendor-day where measuring finds it, tied out."""
    ended = outcomes or []
    own = {"vendor": vendor, "operational_day": day}
    with workspace.warehouse.transaction() as connection:
        put = _Put(connection, workspace, folder)
        at = Partition.of_day(CASE_EVENT.name, day, vendor)
        hashes = [put(at, CASE_EVENT, [event | own for event in events])]
        if outcomes is not None:
            at = Partition.of_day(RECON_OUTCOME.name, day, vendor)
            hashes.append(put(at, RECON_OUTCOME, [outcome | own for outcome in ended]))
        _tie_out(connection, day, vendor, ended)
        for stage in ("land", "reconcile"):
            record_stage(
                connection,
                day=day,
                vendor=vendor,
                stage=stage,
                inputs=[],
                outputs=hashes,
                summary={},
                at=NOW,
            )


@dataclass(frozen=True, slots=True)
class _Put:
    """Writes a partition and makes it current."""

    connection: Connection
    workspace: Workspace
    folder: Path

    def __call__(self, partition: Partition, table: Table, rows: list[Event]) -> str:
        file = self.folder / f"{table.name}.parquet"
        parquet(rows, table, file)
        written = self.workspace.lake.put_version(partition, file, len(rows))
        point(self.connection, partition, written, NOW)
        return written.sha256


def _tie_out(connection: Connection, day: date, vendor: str, outcomes: list[Event]) -> None:
    key = {"operational_day": day, "vendor": vendor}
    sides = Counter(outcome["side"] for outcome in outcomes)
    breaks = [outcome for outcome in outcomes if outcome["outcome"] not in MATCHED]
    broken = Counter(outcome["side"] for outcome in breaks)
    replace_rows(
        connection,
        "reconcile.tie_out",
        key,
        ("side", "population", "matched", "breaks"),
        [(s, sides[s], sides[s] - broken[s], broken[s]) for s in ("vendor", "internal")],
    )
    columns = (
        "side",
        "record_id",
        "outcome",
        "site",
        "queue",
        "policy",
        "language",
        "item_id",
        "rule",
    )
    replace_rows(
        connection,
        "reconcile.recon_break",
        key,
        (*columns, "decided_at"),
        [(*(outcome[name] for name in columns), NOW) for outcome in breaks],
    )
