"""Lake partitions change by moving a pointer, together with the warehouse's answers."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from breakwater.warehouse.database import Database
from breakwater.warehouse.lake import Lake, Partition, current_versions, local_uri, point

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
PARTITION = Partition.of_day("case_event", DAY, "andeska")


def parquet(folder: Path, *numbers: int) -> Path:
    """Write a small Parquet file."""
    file = folder / "rows.parquet"
    pq.write_table(pa.table({"n": list(numbers)}), file)
    return file


def kept(lake: Lake, folder: Path, content: bytes) -> str:
    """Keep content as a received file; return its path."""
    file = folder / "received"
    file.write_bytes(content)
    return lake.keep_raw("andeska", DAY, "export.csv", file)[0]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Open an empty lake."""
    return Lake((tmp_path / "lake").as_uri())


def test_a_received_file_is_kept_once_under_its_hash(lake: Lake, tmp_path: Path) -> None:
    """The same content twice is one file; other content is another."""
    first = kept(lake, tmp_path, b"a;b")
    assert kept(lake, tmp_path, b"a;b") == first
    assert kept(lake, tmp_path, b"a;c") != first
    assert lake.read(first) == b"a;b"
    assert len(list((tmp_path / "lake" / "raw").rglob("*.csv"))) == 2


def test_a_folder_may_have_a_space_in_its_name(tmp_path: Path) -> None:
    """People keep things in `My Projects`, and the lake is to lie where they said."""
    lake = Lake(local_uri(tmp_path / "My Projects" / "50 % lake"))
    path = kept(lake, tmp_path, b"a;b")
    assert (tmp_path / "My Projects" / "50 % lake" / path).read_bytes() == b"a;b"


def test_readers_see_the_version_that_is_pointed_at(
    lake: Lake, warehouse: Database, tmp_path: Path
) -> None:
    """A version beside the current one changes nothing until its pointer is committed."""
    first = lake.put_version(PARTITION, parquet(tmp_path, 1), 1)
    with warehouse.transaction() as tx:
        assert point(tx, PARTITION, first, AT)
    second = lake.put_version(PARTITION, parquet(tmp_path, 1, 2), 2)
    with warehouse.transaction() as tx:
        assert current_versions(tx, "case_event", DAY, "andeska") == [first]
        assert point(tx, PARTITION, second, AT + timedelta(hours=1))
        assert current_versions(tx, "case_event", DAY, "andeska") == [second]
    history = warehouse.rows("select current_from, superseded_at from lake.partition order by 1")
    assert [row["superseded_at"] for row in history] == [AT + timedelta(hours=1), None]


def test_pointing_at_the_current_version_changes_nothing(
    lake: Lake, warehouse: Database, tmp_path: Path
) -> None:
    """An unchanged re-run is provably unchanged."""
    written = lake.put_version(PARTITION, parquet(tmp_path, 1), 1)
    with warehouse.transaction() as tx:
        assert point(tx, PARTITION, written, AT)
        assert not point(tx, PARTITION, written, AT + timedelta(hours=1))


def test_a_late_delivery_lies_beside_its_day(
    lake: Lake, warehouse: Database, tmp_path: Path
) -> None:
    """Rows of one day that came with two exports are two files of the same day."""
    late = Partition("case_event", DAY, "andeska", DAY + timedelta(days=2))
    with warehouse.transaction() as tx:
        for partition, number in ((PARTITION, 1), (late, 2)):
            point(tx, partition, lake.put_version(partition, parquet(tmp_path, number), 1), AT)
        assert len(current_versions(tx, "case_event", DAY, "andeska")) == 2


PUBLISHER = """
import sys, pathlib
from datetime import UTC, date, datetime
import pyarrow as pa, pyarrow.parquet as pq
from breakwater.warehouse.database import Database, replace_rows
from breakwater.warehouse.lake import Lake, Partition, point

warehouse, lake, folder = Database(sys.argv[1]), Lake(sys.argv[2]), pathlib.Path(sys.argv[3])
rows = int(sys.argv[4])
partition = Partition.of_day("case_event", date(2026, 11, 22), "andeska")
print("ready", flush=True)
file = folder / f"{rows}.parquet"
pq.write_table(pa.table({"n": list(range(rows))}), file)
written = lake.put_version(partition, file, rows)
with warehouse.transaction() as tx:
    point(tx, partition, written, datetime(2026, 11, 23, tzinfo=UTC))
    key = {"operational_day": partition.operational_day, "vendor": "andeska"}
    replace_rows(tx, "public.answer", key, ["n"], ((n,) for n in range(rows)))
"""


@pytest.mark.parametrize("seed", range(6))
def test_a_publisher_killed_at_a_random_point_leaves_the_old_or_the_new_day(
    lake: Lake, warehouse: Database, tmp_path: Path, seed: int
) -> None:
    """Lake and warehouse never disagree, and a re-run completes the work."""
    with warehouse.transaction() as tx:
        tx.execute("create table public.answer (operational_day date, vendor text, n int)")

    def publish(rows: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, warehouse.dsn, lake.uri, str(tmp_path), str(rows)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    def state() -> tuple[int, int]:
        with warehouse.transaction() as tx:
            versions = current_versions(tx, "case_event", DAY, "andeska")
            answers = tx.execute("select count(*) as n from public.answer").fetchone()
        assert answers
        in_lake = sum(
            pq.read_metadata(lake.url(version.path).removeprefix("file://")).num_rows
            for version in versions
        )
        return in_lake, answers["n"]

    with publish(1_000) as process:
        assert process.wait() == 0
    assert state() == (1_000, 1_000)
    with publish(60_000) as process:
        time.sleep(random.Random(seed).uniform(0.0, 0.35))  # noqa: S311  a point in time, not a secret
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert state() in {(1_000, 1_000), (60_000, 60_000)}
    with publish(60_000) as process:
        assert process.wait() == 0
    assert state() == (60_000, 60_000)
