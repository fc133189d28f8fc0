"""A real review queue as hourly listings: leaving the queue is the decision, and backlog follows.

Thousands of small files under names of two styles and in four header layouts, named in UTC and
written in Vienna time. An oracle of our own reads them as plain CSV and only compares which
packages one listing holds and the next does not. The data are no part of this repository; without
them beside it these tests skip. ``BREAKWATER_REAL_DAYS`` plays more days of 2023 than the first.
"""

import os
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from installation import SHARED, delivered_rows, exports_of, installation, show
from listings import Queue, instant_of, read_listing

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.measure.measure import measure_day
from breakwater.reconcile.reconcile import reconcile_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "cran_review_queue"
FOUR_LAYOUTS = DATA / "raw_hourly_2020-09-12_2020-10-01_schema_changes.tar.xz"
HALF_A_YEAR = DATA / "raw_hourly_2023-01_2023-06.tar.xz"
DAYS_OF_2023 = int(os.environ.get("BREAKWATER_REAL_DAYS", "14"))
VENDOR = "desk"
NOW = datetime(2023, 8, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open an empty installation for the desk."""
    with installation(server, "cran_review_queue", tmp_path) as opened:
        yield opened


def leave_listings(workspace: Workspace, archive: Path, days: int) -> tuple[Queue, list[date]]:
    """Leave the files of the first days of an archive; return what they say, and the days."""
    folder = exports_of(workspace, VENDOR)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    for file in folder.rglob("*.csv"):
        file.rename(folder / file.name)
    files = sorted(folder.glob("*.csv"), key=lambda file: instant_of(file.name))
    first = datetime.fromtimestamp(instant_of(files[0].name), UTC).date()
    wanted = [first + timedelta(days=n) for n in range(days)]
    kept = [f for f in files if datetime.fromtimestamp(instant_of(f.name), UTC).date() in wanted]
    for file in kept:
        at = instant_of(file.name) + 60
        os.utime(file, (at, at))
    listings = tuple(read_listing(file.name, file.read_text("utf-8")) for file in kept)
    return Queue(listings), [day for day in wanted if Queue(listings).of(day)]


def play(workspace: Workspace, days: list[date]) -> dict[date, Mapping[str, int]]:
    """Take every day through the stages; return what landing says of each."""
    landed = {}
    for day in days:
        fetch_export(workspace, VENDOR, day, NOW)
        landed[day] = land_day(workspace, VENDOR, day, NOW).summary
        reconcile_day(workspace, VENDOR, day, NOW)
        measure_day(workspace, VENDOR, day, NOW)
    return landed


def backlog(workspace: Workspace) -> dict[date, int]:
    """Return the cases that were open at the end of each day, as measured."""
    rows = workspace.warehouse.rows(
        "select operational_day, sum(numerator)::bigint as cases from measure.kpi_fact"
        " where metric = 'backlog' group by operational_day"
    )
    return {row["operational_day"]: row["cases"] for row in rows}


@pytest.mark.parametrize(
    ("archive", "count"),
    [(FOUR_LAYOUTS, 20), (HALF_A_YEAR, DAYS_OF_2023)],
    ids=["four layouts in a month", "2023"],
)
def test_what_came_and_what_left_is_what_the_listings_say(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], archive: Path, count: int
) -> None:
    """Every arrival and every departure, and at each midnight the queue as it was last listed."""
    queue, days = leave_listings(workspace, archive, count)
    landed = play(workspace, days)
    assert sum(each["physical_rows"] for each in landed.values()) == sum(
        listing.rows for listing in queue.listings
    )
    assert sum(each["quarantined_rows"] for each in landed.values()) == sum(
        listing.nameless for listing in queue.listings
    )
    for day in days:
        found = Counter(
            (row["case_id_vendor"], row["event_type"])
            for row in delivered_rows(workspace, VENDOR, day)
            if row["event_type"] in {"received", "decided"}
        )
        assert found == queue.changes(day), day
    measured = backlog(workspace)
    assert measured == {day: len(queue.of(day)[-1].cases) for day in days}
    changes = sum((queue.changes(day) for day in days), Counter())
    left = sum(n for (_, kind), n in changes.items() if kind == "decided")
    show(
        capsys,
        f"CRAN queue, {len(days)} days, {len(queue.listings):,} listings:"
        f" {changes.total() - left:,} came, {left:,} left, backlog {min(measured.values())}"
        f" to {max(measured.values())}",
    )
