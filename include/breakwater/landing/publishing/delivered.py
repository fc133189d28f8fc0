"""What a day holds, composed of everything that was delivered for it.

Every export leaves what it tells of a day as a partition of `case_delivery`. The book of the day is
the partition of `case_event`: what its own export told, with each record that a later export told
again in the place of the earlier ones of its key. So it depends on what was delivered, and never on
the order in which exports were landed. A day whose own export is not there has no book: rows that a
later export brought are no substitute.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.tables import CASE_DELIVERY, CASE_EVENT
from breakwater.contracts.vendor import VendorContract
from breakwater.engine.duckdb import DuckDBEngine
from breakwater.landing.publishing.partitions import Landed, replace_partitions
from breakwater.landing.publishing.same_record import names_of_events
from breakwater.warehouse.database import Connection, hold
from breakwater.warehouse.lake import (
    Lake,
    Partition,
    Written,
    current_version,
    current_versions,
    delivered_with,
    point,
    withdraw,
)

# In the order of the deliveries; of each record the last that tells it counts.
_COMPOSED = (
    "with delivered as ({deliveries}), latest as ("
    " select {names}, max(delivery) as latest_delivery from delivered group by {names}"
    ") select delivered.* from delivered join latest"
    " on {same} and latest.latest_delivery = delivered.delivery"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one export is delivered to.

    Attributes:
        connection: the transaction that publishes it.
        lake: takes the rows.
        engine: composes them.
        contract: the vendor's.
        day: operational day of the export.
        scratch: a folder for files under way.
        at: the instant to remember for what changes.
    """

    connection: Connection
    lake: Lake
    engine: DuckDBEngine
    contract: VendorContract
    day: date
    scratch: Path
    at: datetime

    @property
    def vendor(self) -> str:
        """The vendor's slug."""
        return self.contract.vendor

    def deliver(self, lock: str, parts: Mapping[date, Iterable[pa.RecordBatch]]) -> Landed:
        """Make these the rows that the export delivered, and compose the days that it tells of.

        Args:
            lock: name of the lock that whoever lands a vendor-day holds; this one's own is held.
            parts: rows by operational day, ordered by event id.

        Returns:
            Hashes of what was delivered, and the days whose book is another than before.
        """
        before = delivered_with(self.connection, CASE_DELIVERY.name, self.day, self.vendor)
        days = {*parts, *(partition.operational_day for partition in before)}
        # Later days first: an export tells of its own day and of earlier ones, so whoever waits
        # holds later days only, and no two wait for each other.
        for day in sorted(days - {self.day}, reverse=True):
            hold(self.connection, lock, self.vendor, day)
        landed = replace_partitions(
            self.connection,
            self.lake,
            table=CASE_DELIVERY,
            vendor=self.vendor,
            delivered_day=self.day,
            parts=parts,
            scratch=self.scratch,
            at=self.at,
        )
        changed = tuple(day for day in sorted(days) if self._compose(day))
        return replace(landed, changed_days=changed)

    def _compose(self, day: date) -> bool:
        """Compose the book of a day; return whether it is another than before."""
        book = Partition.of_day(CASE_EVENT.name, day, self.vendor)
        own = Partition.of_day(CASE_DELIVERY.name, day, self.vendor)
        if current_version(self.connection, own) is None:
            return withdraw(self.connection, book, self.at)
        # In order of their days; nothing is delivered for a day before it is over.
        deliveries = current_versions(self.connection, CASE_DELIVERY.name, day, self.vendor)
        told = [each for each in deliveries if each.row_count]
        written = self._composed(day, told) if len(told) > 1 else [*told, *deliveries][0]
        return point(self.connection, book, written, self.at)

    def _composed(self, day: date, deliveries: Sequence[Written]) -> Written:
        columns = ", ".join(CASE_EVENT.column_names)
        parts = []
        for number, delivery in enumerate(deliveries):
            name = f"delivery {day.isoformat()} {number}"
            self.engine.scan(name, [self.lake.url(delivery.path)], CASE_EVENT)
            parts.append(f'select {number} as delivery, {columns} from "{name}"')  # noqa: S608  our own names
        name = f"composed {day.isoformat()}"
        names = names_of_events(self.contract)
        select = _COMPOSED.format(
            deliveries=" union all ".join(parts),
            names=", ".join(names),
            same=" and ".join(f"latest.{each} = delivered.{each}" for each in names),
        )
        self.engine.define(name, select)
        file = self.scratch / "composed.parquet"
        count = self.engine.write(name, CASE_EVENT, ["event_id"], file)
        return self.lake.put_version(
            Partition.of_day(CASE_EVENT.name, day, self.vendor), file, count
        )
