"""Read back what landing published."""

import io
from datetime import date
from typing import Any

import pyarrow.parquet as pq
from vendor_exports import DAY

from breakwater.warehouse.lake import current_versions
from breakwater.warehouse.workspace import Workspace


def rows(workspace: Workspace, table: str = "case_event", day: date = DAY) -> list[dict[str, Any]]:
    """Return the current rows of one vendor-day of a lake table."""
    with workspace.warehouse.transaction() as connection:
        versions = current_versions(connection, table, day, "acme")
    found: list[dict[str, Any]] = []
    for version in versions:
        part = pq.read_table(io.BytesIO(workspace.lake.read(version.path))).to_pylist()
        assert len(part) == version.row_count
        found += part
    return found
