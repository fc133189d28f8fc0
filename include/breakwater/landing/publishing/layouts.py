"""The columns of every file that landed, kept to tell how the next day's differ."""

from collections.abc import Iterator, Sequence
from datetime import date

from breakwater.landing.reading.layout import Changes, Layout, changes_since
from breakwater.warehouse.database import Connection, replace_rows


def replace_layouts(
    connection: Connection, vendor: str, day: date, layouts: Sequence[tuple[str, Layout]]
) -> list[tuple[Layout, Changes]]:
    """Keep the layouts of a vendor-day; return those that the day before had none like.

    Args:
        connection: the transaction that publishes the files.
        vendor: whose.
        day: of which operational day.
        layouts: hash and layout of each file.

    Returns:
        Each such layout with what differs from the nearest of the newest earlier day that landed.
    """
    before = _layouts_before(connection, vendor, day)
    distinct = dict(layouts)
    replace_rows(
        connection,
        "landing.layout",
        {"vendor": vendor, "operational_day": day},
        ("sha256", "columns"),
        [(sha256, list(layout.columns)) for sha256, layout in distinct.items()],
    )
    by_columns = {layout.columns: layout for _, layout in layouts}
    return list(_changed(before, list(by_columns.values()))) if before else []


def _layouts_before(connection: Connection, vendor: str, day: date) -> list[list[str]]:
    rows = connection.execute(
        "select columns from landing.layout where vendor = %(vendor)s and operational_day ="
        " (select max(operational_day) from landing.layout"
        " where vendor = %(vendor)s and operational_day < %(day)s) order by sha256",
        {"vendor": vendor, "day": day},
    )
    return [row["columns"] for row in rows]


def _changed(
    before: Sequence[Sequence[str]], layouts: Sequence[Layout]
) -> Iterator[tuple[Layout, Changes]]:
    for layout in layouts:
        nearest = min((changes_since(columns, layout) for columns in before), key=extent)
        if nearest:
            yield layout, nearest


def extent(changes: Changes) -> int:
    """Count what differs; another order counts as one difference."""
    several = len(changes.added) + len(changes.removed) + len(changes.renamed)
    return several + int(changes.reordered)
