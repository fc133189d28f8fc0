"""What is too old goes, what is current or young stays, and a killed deletion loses nothing."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from vendor_exports import (
    DAY,
    VendorFolder,
    as_csv,
    contract,
    make_enforcement_log,
    rows_of,
    with_vendor,
)

from breakwater.cli import breakwater
from breakwater.contracts.operations import Retention
from breakwater.core.errors import ExportMissingError
from breakwater.feeds.fetch import fetch_export
from breakwater.landing.land import land_day
from breakwater.landing.release import Correction, release
from breakwater.warehouse import retention
from breakwater.warehouse.lake import Lake
from breakwater.warehouse.retention import tidy
from breakwater.warehouse.workspace import Workspace

LANDED = datetime(2026, 11, 4, 8, tzinfo=UTC)
PERIODS = Retention(raw_days=400, quarantine_days=180, superseded_days=90)
NONE = {
    "raw_files": 0,
    "fetch_parts": 0,
    "corrections": 0,
    "quarantine_records": 0,
    "superseded_partitions": 0,
    "closed_breaks": 0,
}
At = Callable[[int], datetime]


def days_later(count: int) -> datetime:
    """Return an instant so many days after the landing."""
    return LANDED + timedelta(days=count)


@pytest.fixture
def acme(workspace: Workspace) -> Workspace:
    """One day, landed twice: two good records and a refused one, then another version of it."""
    make_enforcement_log(workspace.enforcement_log)
    configuration = workspace.configuration
    operations = configuration.operations.model_copy(update={"retention": PERIODS})
    opened = with_vendor(
        replace(workspace, configuration=replace(configuration, operations=operations)), contract()
    )
    for rows in (rows_of({}, {"queue": "Q"}), rows_of({}, {}, {"queue": "Q"})):
        VendorFolder.of(opened).drop(as_csv(rows))
        fetch_export(opened, "acme", DAY, LANDED)
        land_day(opened, "acme", DAY, LANDED)
    age(opened, LANDED)
    return opened


def age(workspace: Workspace, at: datetime) -> None:
    """Make every file of the lake as old as the tests' clock says."""
    for file in files(workspace):
        os.utime(root(workspace) / file, (at.timestamp(), at.timestamp()))


def root(workspace: Workspace) -> Path:
    """Return the lake's folder."""
    return Path(workspace.lake.uri.removeprefix("file://"))


def files(workspace: Workspace, folder: str = ".") -> list[str]:
    """Name every file of the lake."""
    found = (root(workspace) / folder).rglob("*")
    return sorted(str(file.relative_to(root(workspace))) for file in found if file.is_file())


def current(workspace: Workspace) -> set[str]:
    """Name the files that readers see."""
    rows = workspace.warehouse.rows("select path from lake.partition where superseded_at is null")
    return {row["path"] for row in rows}


def test_within_its_period_everything_stays(acme: Workspace) -> None:
    """Replaced versions and refused records, too."""
    before = files(acme)
    tidied = tidy(acme, days_later(89))
    assert (tidied.rows, tidied.files, tidied.bytes) == (NONE, {}, 0)
    assert files(acme) == before


def test_replaced_rows_go_and_current_ones_stay_whatever_their_age(acme: Workspace) -> None:
    """The pointer goes first, then the file."""
    tables = set(files(acme, "tables"))
    assert current(acme) < tables
    tidied = tidy(acme, days_later(91))
    assert tidied.rows["superseded_partitions"] == tidied.files["tables"] * 2
    assert set(files(acme, "tables")) == current(acme)
    tidy(acme, days_later(5_000))
    assert set(files(acme, "tables")) == current(acme)


def test_refused_records_go_with_their_index(acme: Workspace) -> None:
    """Lines, index and nothing else; the control totals still say how many there were."""
    assert len(files(acme, "quarantine")) == 2
    tidied = tidy(acme, days_later(181))
    assert tidied.rows["quarantine_records"] == 1
    assert tidied.files["quarantine"] == 2
    assert files(acme, "quarantine") == []
    assert acme.warehouse.rows("select * from landing.quarantine_record") == []
    (total,) = acme.warehouse.rows(
        "select quarantined_rows from landing.control_total where book = 'vendor'"
    )
    assert total == {"quarantined_rows": 1}


def test_received_files_go_and_their_day_cannot_be_landed_again(acme: Workspace) -> None:
    """The ledger remembers them; what landed still stands; the sentence says why."""
    release(
        acme,
        "acme",
        DAY,
        [Correction("acme_20261103.csv", 3, {"queue": "S"}, "by mail")],
        by="duty",
        now=LANDED,
    )
    stands = current(acme)
    tidied = tidy(acme, days_later(401))
    assert tidied.rows["raw_files"] == 3
    assert tidied.rows["corrections"] == 1
    assert files(acme, "raw") == []
    assert current(acme) == stands
    (count,) = acme.warehouse.rows(
        "select count(*) as files, count(removed_at) as removed from landing.file_ledger"
    )
    assert count == {"files": 3, "removed": 3}
    with pytest.raises(ExportMissingError, match="retention deleted it on 2027-12-10"):
        land_day(acme, "acme", DAY, days_later(402))
    assert current(acme) == stands


def test_a_fetch_brings_the_bytes_back(acme: Workspace) -> None:
    """As long as the vendor still has the file; they are kept for another period then."""
    tidy(acme, days_later(401))
    fetch_export(acme, "acme", DAY, days_later(402))
    land_day(acme, "acme", DAY, days_later(402))
    age(acme, LANDED)
    assert tidy(acme, days_later(801)).rows["raw_files"] == 0
    land_day(acme, "acme", DAY, days_later(801))
    assert tidy(acme, days_later(803)).rows["raw_files"] == 2


def test_null_keeps_for_good(acme: Workspace) -> None:
    """Whoever must keep everything says so."""
    configuration = acme.configuration
    forever = Retention(
        raw_days=None, quarantine_days=None, superseded_days=None, closed_break_days=None
    )
    operations = configuration.operations.model_copy(update={"retention": forever})
    keeping = replace(acme, configuration=replace(configuration, operations=operations))
    before = files(acme)
    assert tidy(keeping, days_later(9_000)).rows == NONE
    assert files(acme) == before


def test_what_nobody_points_at_goes_after_a_day(acme: Workspace) -> None:
    """Rows of a killed run, half a copy; never a file in a folder that is not ours."""
    made = ["tables/case_event/day=2026-11-03/x.parquet", "raw/acme/2026-11-03/y.part-77"]
    for name in (*made, "notes/mine.txt", "quarantine/readme.txt"):
        (root(acme) / name).parent.mkdir(parents=True, exist_ok=True)
        (root(acme) / name).write_text("left behind")
    age(acme, LANDED)
    before = files(acme)
    assert tidy(acme, LANDED + timedelta(hours=23)).files == {}
    assert tidy(acme, LANDED + timedelta(hours=25)).files == {"tables": 1, "raw": 1}
    assert files(acme) == [name for name in before if name not in made]


def test_a_file_that_is_put_again_is_not_swept(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Between listing and deleting, a stage puts it and is about to point at it."""
    path = "tables/case_event/day=2026-11-03/x.parquet"
    local = tmp_path / "x"
    local.write_text("rows")
    acme.lake.put(path, local)
    age(acme, LANDED)
    listed = Lake.files

    def listing(lake: Lake, folder: str) -> object:
        found = listed(lake, folder)
        lake.put(path, local)
        return found

    monkeypatch.setattr(Lake, "files", listing)
    assert tidy(acme, LANDED + timedelta(days=2)).files == {}
    assert path in files(acme)


def test_a_deletion_killed_half_way_is_finished_by_the_next(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are gone already; the files have no row then, and go with the next run."""

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, "_delete", killed)
        with pytest.raises(KeyboardInterrupt):
            tidy(acme, days_later(401))
    assert files(acme, "raw") != []
    tidied = tidy(acme, days_later(401))
    assert tidied.rows == NONE
    assert files(acme, "raw") == []


def test_a_dry_run_says_what_would_go_and_deletes_nothing(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In rows, files and bytes, the same as what then goes."""
    typed = sys.modules["breakwater.cli.retention"]  # the package has a command of that name
    monkeypatch.setattr(typed, "open_workspace", lambda: acme)
    monkeypatch.setattr(typed, "now", lambda: days_later(401))
    before = files(acme)
    dry = CliRunner().invoke(breakwater, ["retention", "--dry-run"], catch_exceptions=False)
    assert "raw files: 3 would be deleted" in dry.output
    assert files(acme) == before
    wet = CliRunner().invoke(breakwater, ["retention"], catch_exceptions=False)
    assert wet.output == dry.output.replace("would be deleted", "deleted")
    again = CliRunner().invoke(breakwater, ["retention"], catch_exceptions=False)
    assert "0 bytes" in again.output


def test_a_late_file_of_an_old_day_has_its_own_period(acme: Workspace) -> None:
    """Its age counts from when it was fetched, not from the day it is about."""
    late = days_later(300)
    VendorFolder.of(acme).drop(as_csv(rows_of({}, {"queue": "Z"})), at=late)
    fetch_export(acme, "acme", DAY, late)
    land_day(acme, "acme", DAY, late)
    age(acme, LANDED)
    tidy(acme, days_later(401))
    (kept,) = acme.warehouse.rows(
        "select raw_path from landing.file_ledger where removed_at is null and book = 'vendor'"
    )
    assert kept["raw_path"] in files(acme, "raw")
    assert len(files(acme, "quarantine")) == 1
    (index,) = acme.warehouse.rows("select operational_day from landing.quarantine_record")
    assert index == {"operational_day": date(2026, 11, 3)}
