"""Put books into the lake as landing does, and read back what reconciling made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from two_books import VENDOR, Row, day_of, rows_of

from breakwater.contracts.tables import CASE_EVENT, ENFORCEMENT_ACTION, Table
from breakwater.core.days import Window
from breakwater.engine.parquet import write_parquet
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.lake import Partition, point
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)

_ANSWERS = (
    "select * from reconcile.tie_out order by operational_day, vendor, side",
    "select * from reconcile.recon_break order by operational_day, vendor, side, record_id",
    "select * from reconcile.borrowed_action order by operational_day, vendor, action_id",
    "select * from reconcile.item_over_midnight order by operational_day, vendor, action_id",
    "select * from operations.finding where stage = 'reconcile' order by finding_id",
    """select operational_day, vendor, sha256, row_count from lake.partition
       where table_name = 'recon_outcome' and superseded_at is null order by 1, 2""",
)


@dataclass(frozen=True, slots=True)
class LandedBooks:
    """Books of one vendor in an installation."""

    workspace: Workspace
    scratch: Path

    def land(self, day: date, events: Iterable[Row], log: Iterable[Row]) -> None:
        """Land a vendor's book of a day and its slice of the log.

        Args:
            day: the operational day of the rows.
            events: the vendor's rows; those of other days are left out.
            log: the whole log; the slice of the day, with its edges, is cut out of it.
        """
        mine = [row for row in events if day_of(row["event_at"]) == day]
        self._put(CASE_EVENT, Partition.of_day(CASE_EVENT.name, day, VENDOR), mine)
        reach = self._window(day)
        slice_ = [row for row in log if row["decided_at"] in reach]
        partition = Partition.of_day(ENFORCEMENT_ACTION.name, day, VENDOR)
        self._put(ENFORCEMENT_ACTION, partition, slice_)

    def reconcile(self, day: date, now: datetime = NOW) -> StageResult:
        """Reconcile a day."""
        return reconcile_day(self.workspace, VENDOR, day, now)

    def answers(self) -> list[list[dict[str, Any]]]:
        """Return everything that reconciling answers, without instants of its own."""
        with self.workspace.warehouse.transaction() as connection:
            return [connection.execute(query).fetchall() for query in _ANSWERS]

    def breaks(self, day: date) -> dict[tuple[str, str], str]:
        """Return a day's breaks: outcome by side and record."""
        rows = self.workspace.warehouse.rows(
            "select side, record_id, outcome from reconcile.recon_break where operational_day = %s",
            [day],
        )
        return {(row["side"], row["record_id"]): row["outcome"] for row in rows}

    def tie_out(self, day: date, side: str) -> dict[str, int]:
        """Return one side's control totals."""
        (row,) = self.workspace.warehouse.rows(
            "select population, matched, breaks, borrowed, brought_in from reconcile.tie_out"
            " where operational_day = %s and side = %s",
            [day, side],
        )
        return row

    def forget(self) -> None:
        """Empty the installation."""
        with self.workspace.warehouse.transaction() as connection:
            connection.execute(
                "truncate lake.partition, reconcile.tie_out, reconcile.recon_break,"
                " reconcile.borrowed_action, reconcile.item_over_midnight,"
                " operations.finding, operations.stage_run"
            )

    def _window(self, day: date) -> Window:
        edge = self.workspace.configuration.operations.matching.edge_seconds
        return self.workspace.window(day).widened(edge)

    def _put(self, table: Table, partition: Partition, rows: list[Row]) -> None:
        file = self.scratch / "rows.parquet"
        count = write_parquet(rows_of(table, rows), table, file)
        written = self.workspace.lake.put_version(partition, file, count)
        with self.workspace.warehouse.transaction() as connection:
            point(connection, partition, written, NOW)
