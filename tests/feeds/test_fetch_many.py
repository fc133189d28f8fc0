"""A day of many files: waited for, taken at the deadline, never fetched twice, each with its manifest."""

import dataclasses
import gzip
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from pydantic import TypeAdapter
from vendor_exports import DAY, DEADLINE, LATER, ON_TIME, VendorFolder, contract, with_vendor

from breakwater.contracts.file_format import FileFormat
from breakwater.core.errors import ExportMissingError, ExportPendingError
from breakwater.core.finding import Finding, Severity
from breakwater.feeds.fetch import fetch_export
from breakwater.feeds.fetch_files import Arrival
from breakwater.feeds.file_findings import findings_of
from breakwater.feeds.folder import Folder
from breakwater.feeds.no_records import holds_records
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.file_ledger import ReceivedFile, files_in_force
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

MINUTE = timedelta(minutes=1)
HOURLY = {
    "kind": "folder",
    "uri": "{exports}/acme",
    "pattern": "acme_{at:%Y%m%dT%H}.csv",
    "name_zone": "Asia/Singapore",
    "files": "many",
    "expected_files": 3,
}
AFTER = DAY + timedelta(days=1)
ROWS = b"a,b\n1,2\n"


def found(workspace: Workspace, day: Any = DAY) -> dict[str, Finding]:  # noqa: ANN401  a day
    """Return a day's findings by rule."""
    with workspace.warehouse.transaction() as connection:
        return {finding.rule.value: finding for finding in findings_of_day(connection, day)}


def in_force(workspace: Workspace) -> list[str]:
    """Return the names of the files in force, in order of delivery."""
    terms = workspace.configuration.vendor("acme", DAY)
    with workspace.warehouse.transaction() as connection:
        return [file.name for file in files_in_force(connection, terms, "acme", DAY)]


@pytest.fixture
def hourly(acme: Workspace) -> Workspace:
    """Give the vendor a contract of three files a day."""
    return with_vendor(acme, contract(source=HOURLY))


def drop_hour(folder: VendorFolder, hour: int, content: bytes | None = None, **more: Any) -> Path:  # noqa: ANN401  what drop takes
    """Leave the file of an hour."""
    text = f"a,b\n{hour},1\n".encode() if content is None else content
    return folder.drop(text, name=f"acme_20261103T{hour:02}.csv", **more)


def test_a_day_of_many_files_is_pending_until_the_last_is_there(
    hourly: Workspace, folder: VendorFolder
) -> None:
    """What came so far is kept; the message counts."""
    drop_hour(folder, 0)
    drop_hour(folder, 1)
    folder.drop(b"x", name="acme_20261104T00.csv")
    with pytest.raises(ExportPendingError, match=r"expected 3 files by .*; found 2 files"):
        fetch_export(hourly, "acme", DAY, DEADLINE)
    assert found(hourly) == {}
    drop_hour(folder, 2)
    assert fetch_export(hourly, "acme", DAY, DEADLINE).summary["files_in_force"] == 3
    assert found(hourly) == {}


def test_at_the_deadline_what_is_there_is_taken_and_the_rest_is_a_finding(
    hourly: Workspace, folder: VendorFolder
) -> None:
    """Until it arrives, late."""
    drop_hour(folder, 0)
    assert fetch_export(hourly, "acme", DAY, DEADLINE + MINUTE).changed
    incomplete = found(hourly)["ExportIncomplete"]
    assert (incomplete.value, incomplete.unit, incomplete.expected) == (2, "files", 3)
    assert incomplete.severity is Severity.WARNING
    drop_hour(folder, 1)
    drop_hour(folder, 2, at=DEADLINE + 30 * MINUTE)
    fetch_export(hourly, "acme", DAY, LATER)
    late = found(hourly)
    assert set(late) == {"ExportLate"}
    assert late["ExportLate"].value == 30 * 60


def test_a_day_of_any_number_of_files_is_what_is_there_at_the_deadline(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Before it, another file may still come."""
    source = {name: value for name, value in HOURLY.items() if name != "expected_files"}
    some = with_vendor(acme, contract(source=source))
    drop_hour(folder, 0)
    with pytest.raises(ExportPendingError, match=r"expected every file by .*; found 1 files"):
        fetch_export(some, "acme", DAY, DEADLINE)
    drop_hour(folder, 1)
    assert fetch_export(some, "acme", DAY, DEADLINE + MINUTE).summary["files_in_force"] == 2
    assert found(some) == {}


def test_a_manifest_that_comes_later_is_entered_without_another_copy(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Its totals are believed from then on; a manifest that is tidied away takes nothing back."""
    declared = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.drop(ROWS)
    fetch_export(declared, "acme", DAY, LATER)
    folder.declare(1, ROWS)
    assert fetch_export(declared, "acme", DAY, LATER).summary["declared_rows"] == 1
    (folder.path / "acme_20261103.csv.manifest.json").unlink()
    assert fetch_export(declared, "acme", DAY, LATER).summary["declared_rows"] == 1


def test_files_that_are_in_the_ledger_are_not_copied_again(
    hourly: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fetch copies what came since the last one, also when that one was killed half way."""
    copied: list[str] = []
    copy = Folder.copy

    def count(self: Folder, file: Any, target: Path) -> bool:  # noqa: ANN401  what copy takes
        copied.append(file.name)
        if len(copied) == 2:
            raise KeyboardInterrupt
        return copy(self, file, target)

    monkeypatch.setattr(Folder, "copy", count)
    for hour in (0, 1, 2):
        drop_hour(folder, hour, at=ON_TIME + hour * MINUTE)
    with pytest.raises(KeyboardInterrupt):
        fetch_export(hourly, "acme", DAY, LATER)
    fetch_export(hourly, "acme", DAY, LATER)
    fetch_export(hourly, "acme", DAY, LATER)
    hours = [name.removeprefix("acme_20261103T").removesuffix(".csv") for name in copied]
    assert hours == ["00", "01", "01", "02"]
    assert len(in_force(hourly)) == 3


def test_a_file_delivered_again_replaces_its_own_hour_alone(
    hourly: Workspace, folder: VendorFolder
) -> None:
    """And restates the day."""
    for hour in (0, 1, 2):
        drop_hour(folder, hour, at=ON_TIME + hour * MINUTE)
    fetch_export(hourly, "acme", DAY, LATER)
    drop_hour(folder, 0, ROWS, at=ON_TIME + 9 * MINUTE)
    fetch_export(hourly, "acme", DAY, LATER)
    assert in_force(hourly) == [f"acme_20261103T{hour:02}.csv" for hour in (1, 2, 0)]
    assert found(hourly)["ExportRestated"].value == 2


def test_each_of_many_files_has_its_own_manifest(acme: Workspace, folder: VendorFolder) -> None:
    """A file that disagrees with its own is waited for, the others are not."""
    declared = with_vendor(acme, contract(source=HOURLY, control={"kind": "manifest"}))
    for hour in (0, 1, 2):
        file = drop_hour(folder, hour)
        folder.declare(hour + 1, file.read_bytes() if hour else b"other", name=file.name)
    with pytest.raises(ExportPendingError, match="does not agree with its manifest yet"):
        fetch_export(declared, "acme", DAY, ON_TIME + MINUTE)
    assert in_force(declared) == ["acme_20261103T01.csv", "acme_20261103T02.csv"]
    folder.declare(1, name="acme_20261103T00.csv")
    assert fetch_export(declared, "acme", DAY, ON_TIME + MINUTE).summary["declared_rows"] == 6


def test_quiet_hours_of_increments_are_counted_by_name(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Two headers without a row are one content, and yet two files."""
    delivery = {"deadline": "06:00", "zone": "Europe/Riga", "content": "increment"}
    terms = with_vendor(acme, contract(source=HOURLY, delivery=delivery))
    for hour, content in enumerate((b"a,b\n", ROWS, b"a,b\n")):
        drop_hour(folder, hour, content, at=ON_TIME + hour * MINUTE)
    assert fetch_export(terms, "acme", DAY, LATER).changed
    assert found(terms) == {}
    assert in_force(terms) == ["acme_20261103T00.csv", "acme_20261103T01.csv"]


def test_a_file_counts_once_its_marker_is_there_and_no_older_than_it(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Without a marker it is never taken, however long ago it was written."""
    source = dict(contract().source.model_dump(), done_suffix=".done")
    marked = with_vendor(acme, contract(source=source))
    folder.drop(ROWS)
    with pytest.raises(ExportPendingError, match=r"without its \.done"):
        fetch_export(marked, "acme", DAY, DEADLINE)
    with pytest.raises(ExportMissingError, match=r"without its \.done"):
        fetch_export(marked, "acme", DAY, LATER)
    folder.drop(b"", name="acme_20261103.csv.done", at=ON_TIME - MINUTE)
    with pytest.raises(ExportMissingError, match=r"written after its \.done"):
        fetch_export(marked, "acme", DAY, LATER)
    folder.drop(b"", name="acme_20261103.csv.done")
    assert fetch_export(marked, "acme", DAY, LATER).changed
    rows = acme.warehouse.rows("select name from landing.file_ledger where book = 'vendor'")
    assert [row["name"] for row in rows] == ["acme_20261103.csv"]


def test_a_file_counts_once_it_has_stood_still(acme: Workspace, folder: VendorFolder) -> None:
    """An upload that goes on writes anew, and is waited for beyond the deadline."""
    source = dict(contract().source.model_dump(), still_seconds=300)
    patient = with_vendor(acme, contract(source=source))
    folder.drop(ROWS, at=DEADLINE - MINUTE)
    with pytest.raises(ExportPendingError, match="has not stood still for 300 seconds"):
        fetch_export(patient, "acme", DAY, DEADLINE + 3 * MINUTE)
    folder.drop(ROWS * 2, at=DEADLINE + 3 * MINUTE)
    with pytest.raises(ExportPendingError):
        fetch_export(patient, "acme", DAY, DEADLINE + 7 * MINUTE)
    assert fetch_export(patient, "acme", DAY, DEADLINE + 8 * MINUTE).changed


def test_yesterdays_export_sent_again_leaves_the_day_missing_until_its_own_arrives(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The finding names the other day and goes with the real file."""
    day = timedelta(days=1)
    folder.drop(ROWS)
    fetch_export(acme, "acme", DAY, LATER)
    folder.drop(ROWS, name="acme_20261104.csv", at=ON_TIME + day)
    with pytest.raises(ExportPendingError, match="with the bytes of 2026-11-03"):
        fetch_export(acme, "acme", AFTER, DEADLINE + day)
    with pytest.raises(ExportMissingError, match="with the bytes of 2026-11-03"):
        fetch_export(acme, "acme", AFTER, LATER + day)
    findings = found(acme, AFTER)
    assert set(findings) == {"ExportMissing", "ExportDuplicate"}
    assert findings["ExportDuplicate"].severity is Severity.MAJOR
    assert findings["ExportDuplicate"].detail == {"first_days": ["2026-11-03"]}
    folder.drop(ROWS + b"3,4\n", name="acme_20261104.csv", at=LATER + day)
    fetch_export(acme, "acme", AFTER, LATER + day)
    assert set(found(acme, AFTER)) == {"ExportLate"}


def test_an_hour_of_another_day_is_absent_until_its_own_arrives(
    hourly: Workspace, folder: VendorFolder
) -> None:
    """The other hours count; the finding is about that hour alone, and goes with it."""
    for hour in (0, 1, 2):
        drop_hour(folder, hour)
    fetch_export(hourly, "acme", DAY, LATER)
    day = timedelta(days=1)
    for hour in (0, 1, 2):
        same = f"a,b\n{hour},{1 if hour == 1 else 2}\n".encode()
        folder.drop(same, name=f"acme_20261104T{hour:02}.csv", at=ON_TIME + day)
    fetch_export(hourly, "acme", AFTER, LATER + day)
    findings = found(hourly, AFTER)
    assert {name: each.value for name, each in findings.items()} == {
        "ExportIncomplete": 1,
        "ExportDuplicate": 1,
    }
    folder.drop(ROWS, name="acme_20261104T01.csv", at=ON_TIME + day + MINUTE)
    fetch_export(hourly, "acme", AFTER, LATER + day)
    assert found(hourly, AFTER) == {}


def test_a_second_quiet_day_is_no_duplicate(acme: Workspace, folder: VendorFolder) -> None:
    """A header without rows says that nothing happened, on any day."""
    day = timedelta(days=1)
    folder.drop(b"a,b\n")
    fetch_export(acme, "acme", DAY, LATER)
    folder.drop(b"a,b\n", name="acme_20261104.csv", at=ON_TIME + day)
    assert fetch_export(acme, "acme", AFTER, LATER + day).changed
    assert found(acme, AFTER) == {}


def test_our_own_log_is_not_taken_before_it_is_whole(acme: Workspace, folder: VendorFolder) -> None:
    """A slice taken at midnight lacks what is decided within the edges; nothing is silently short."""
    folder.drop(ROWS, at=ON_TIME - timedelta(days=1))
    edge = timedelta(seconds=acme.configuration.operations.matching.edge_seconds)
    whole = ON_TIME.replace(day=3, hour=16) + edge
    with pytest.raises(ExportPendingError, match=r"log of the day is not whole yet") as raised:
        fetch_export(acme, "acme", DAY, whole - timedelta(seconds=1))
    assert raised.value.permanent is False
    assert whole.isoformat() in str(raised.value)
    rows = acme.warehouse.rows("select book from landing.file_ledger")
    assert [row["book"] for row in rows] == ["vendor"]
    assert fetch_export(acme, "acme", DAY, whole).changed


def test_what_a_system_was_asked_for_in_a_backfill_is_not_late(acme: Workspace) -> None:
    """It is we who asked forty days after the deadline."""
    asked = DEADLINE + timedelta(days=40)
    file = ReceivedFile("vendor", "acme.jsonl.gz", "0" * 64, 9, "raw", None, asked, is_late=False)
    about = VendorDay(acme, acme.configuration.vendor("acme", DAY), DAY, asked)
    assert list(findings_of(about, [file], [file], [], Arrival())) == []
    late = dataclasses.replace(file, is_late=True)
    assert [each.value for each in findings_of(about, [late], [late], [], Arrival())] == [
        timedelta(days=40).total_seconds()
    ]


def packed(content: bytes, compression: str) -> bytes:
    """Compress a content."""
    if compression == "gzip":
        return gzip.compress(content, mtime=0)
    if compression == "zstd":
        return zstd.compress(content)
    if compression == "zip":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("export", content)
        return archive.getvalue()
    return content


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd", "zip"])
@pytest.mark.parametrize(
    ("form", "content", "holds"),
    [
        ({"kind": "csv"}, b"a,b\n1,2\n", True),
        ({"kind": "csv"}, b"a,b\r\n\r\n", False),
        ({"kind": "csv"}, b"\xef\xbb\xbfa,b", False),
        ({"kind": "csv", "encoding": "utf-16"}, "a,b\n".encode("utf-16"), False),
        ({"kind": "csv", "encoding": "utf-16"}, "a,b\n1,2".encode("utf-16"), True),
        ({"kind": "csv"}, b"a" * 100_000, True),
        ({"kind": "jsonl"}, b"", False),
        ({"kind": "jsonl"}, b"{}\n", True),
        ({"kind": "json"}, b"[]", False),
        ({"kind": "json"}, b"[{}]", True),
        ({"kind": "json", "records": "data.rows"}, b'{"data": {"rows": []}}', False),
        ({"kind": "json", "records": "data.rows"}, b'{"other": []}', True),
        ({"kind": "json"}, b"[" * 60_000, True),
    ],
)
def test_a_file_without_records_is_known_in_any_format(
    tmp_path: Path, form: dict[str, str], content: bytes, holds: bool, compression: str
) -> None:
    """Only then may two days be equal."""
    local = tmp_path / "export"
    local.write_bytes(packed(content, compression))
    read: FileFormat = TypeAdapter(FileFormat).validate_python(form | {"compression": compression})
    assert holds_records(local, read) is holds


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
def test_a_broken_file_is_taken_to_hold_records(
    tmp_path: Path, kind: str, compression: str
) -> None:
    """Landing says what is wrong with it."""
    local = tmp_path / "export"
    local.write_bytes(b"PK\x03\x04 no archive")
    stated = {"kind": kind} if kind == "parquet" else {"kind": kind, "compression": compression}
    assert holds_records(local, TypeAdapter(FileFormat).validate_python(stated))


def test_rows_of_a_parquet_file_are_read_from_its_footer(tmp_path: Path) -> None:
    """Without reading the file."""
    form: FileFormat = TypeAdapter(FileFormat).validate_python({"kind": "parquet"})
    for rows in ([], [1]):
        pq.write_table(pa.table({"a": pa.array(rows, pa.int64())}), tmp_path / "export")
        assert holds_records(tmp_path / "export", form) is bool(rows)
