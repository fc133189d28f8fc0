"""Put the rows of one export into the lake: its own day, and earlier days it restates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.tables import Table
from breakwater.engine.parquet import write_batches
from breakwater.warehouse.database import Connection
from breakwater.warehouse.lake import Lake, Partition, Written, delivered_with, point, withdraw


@dataclass(frozen=True, slots=True)
class Landed:
    """What an export put into a table.

    Attributes:
        hashes: content hash by operational day.
        changed_days: days whose rows differ from before.
        row_count: rows of all days together.
    """

    hashes: dict[str, str]
    changed_days: tuple[date, ...]
    row_count: int


def replace_partitions(
    connection: Connection,
    lake: Lake,
    *,
    table: Table,
    vendor: str,
    delivered_day: date,
    parts: Mapping[date, Iterable[pa.RecordBatch]],
    scratch: Path,
    at: datetime,
) -> Landed:
    """Make these the current rows that an export delivered; return hashes and changed days.

    A day that an earlier version of the export had restated, and this one does not, loses those
    rows again.
    """
    hashes, changed, rows_written = {}, [], 0
    for day, rows in parts.items():
        file = scratch / f"{table.name}.parquet"
        count = write_batches(rows, table, file)
        partition = Partition(table.name, day, vendor, delivered_day)
        written: Written = lake.put_version(partition, file, count)
        hashes[day.isoformat()] = written.sha256
        rows_written += count
        if point(connection, partition, written, at):
            changed.append(day)
    for partition in delivered_with(connection, table.name, delivered_day, vendor):
        if partition.operational_day not in parts:
            withdraw(connection, partition, at)
            changed.append(partition.operational_day)
    return Landed(hashes, tuple(sorted(changed)), rows_written)
