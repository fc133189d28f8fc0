"""Thirteen crowd exports in thirteen layouts, one with another platform's names: one contract.

The data are no part of this repository; without them beside it these tests skip.
"""

import csv
import gzip
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from installation import SHARED, delivered_rows, exports_of, installation, show

from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.warehouse.embedded import EmbeddedPostgreSQL
from breakwater.warehouse.stage_run import StageResult
from breakwater.warehouse.workspace import Workspace

DATA = SHARED / "crowd_truth_core"
VENDOR = "crowd"
DAY = date(2018, 10, 1)
NOW = datetime(2018, 10, 5, tzinfo=UTC)
PLAIN = "person-video-multiple-choice.csv.gz"
OTHER_PLATFORM = f"custom-platform-{PLAIN}"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not beside the repository")


@pytest.fixture
def workspace(server: EmbeddedPostgreSQL, tmp_path: Path) -> Iterator[Workspace]:
    """Open an empty installation for the crowd."""
    with installation(server, "crowd_truth_core", tmp_path) as opened:
        yield opened


def land(workspace: Workspace, names: Sequence[str], day: date = DAY) -> StageResult:
    """Land files as one day's export."""
    folder = exports_of(workspace, VENDOR) / f"{day:%Y%m%d}"
    folder.mkdir()
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)
    for name in names:
        shutil.copy(DATA / name, folder / name)
        os.utime(folder / name, (at.timestamp(), at.timestamp()))
    fetch_export(workspace, VENDOR, day, NOW)
    return land_day(workspace, VENDOR, day, NOW)


def test_every_judgement_of_every_layout_lands(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """10,106 rows, counted by a plain reader; workers are pseudonyms, one each."""
    names = sorted(file.name for file in DATA.glob("*.csv.gz"))
    rows = [row for name in names for row in rows_of(name)]
    summary = land(workspace, names).summary
    assert summary["physical_rows"] == len(rows) == 10_106
    assert (summary["landed_rows"], summary["quarantined_rows"]) == (10_106, 0)
    workers = {row.get("_worker_id") or row["workerId"] for row in rows}
    landed = delivered_rows(workspace, VENDOR, DAY)
    pseudonyms = {row["agent"] for row in landed if row["agent"]}
    assert len(pseudonyms) == len(workers)
    assert workers & pseudonyms == set()
    show(capsys, f"CrowdTruth: {len(names)} layouts, 10,106 landed, {len(workers)} workers")


def test_another_platforms_names_say_the_same(workspace: Workspace) -> None:
    """One of the files is another under the names of another platform: aliases read both alike."""
    other, plain = DAY, DAY + timedelta(days=1)
    land(workspace, [OTHER_PLATFORM], other)
    land(workspace, [PLAIN], plain)
    events = [
        sorted(row["event_id"] for row in delivered_rows(workspace, VENDOR, day))
        for day in (other, plain)
    ]
    assert len(events[0]) == 2_000
    assert events[0] == events[1]


def rows_of(name: str) -> list[dict[str, str]]:
    """Read a file with a plain reader."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
