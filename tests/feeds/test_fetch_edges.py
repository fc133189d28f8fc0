"""Files at the edge of the wait, and equal files: nothing is dropped in silence, nothing counts twice."""

from datetime import timedelta

import pytest
import xlsxwriter
from test_fetch_many import AFTER, HOURLY, MINUTE, ROWS, drop_hour, found, in_force
from vendor_exports import DAY, DEADLINE, LATER, ON_TIME, VendorFolder, contract, with_vendor

from breakwater.contracts.file_format import XlsxFormat
from breakwater.core.errors import ExportMissingError, ExportPendingError
from breakwater.feeds.fetch import fetch_export
from breakwater.feeds.no_records import holds_records
from breakwater.warehouse.workspace import Workspace

A_DAY = timedelta(days=1)


def test_a_file_that_is_still_written_at_the_deadline_is_waited_for(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Of a day of any number of files, the last is uploaded as the deadline passes."""
    source = {name: value for name, value in HOURLY.items() if name != "expected_files"}
    some = with_vendor(acme, contract(source=source | {"done_suffix": ".done"}))
    for hour, at in ((0, ON_TIME), (1, DEADLINE - MINUTE)):
        file = drop_hour(folder, hour, at=at)
        if hour == 0:
            folder.drop(b"", name=f"{file.name}.done", at=at)
    with pytest.raises(ExportPendingError, match="unfinished"):
        fetch_export(some, "acme", DAY, DEADLINE + MINUTE)
    folder.drop(b"", name="acme_20261103T01.csv.done", at=DEADLINE + 2 * MINUTE)
    fetch_export(some, "acme", DAY, DEADLINE + 3 * MINUTE)
    assert in_force(some) == ["acme_20261103T00.csv", "acme_20261103T01.csv"]
    assert found(some) == {}


def test_a_file_that_is_never_finished_is_told(acme: Workspace, folder: VendorFolder) -> None:
    """After its time of grace the day goes on without it, and says so."""
    source = {name: value for name, value in HOURLY.items() if name != "expected_files"}
    some = with_vendor(acme, contract(source=source | {"done_suffix": ".done"}))
    for hour in (0, 1):
        drop_hour(folder, hour)
    folder.drop(b"", name="acme_20261103T00.csv.done")
    fetch_export(some, "acme", DAY, DEADLINE + 20 * MINUTE)
    assert in_force(some) == ["acme_20261103T00.csv"]
    assert found(some)["ExportIncomplete"].value == 1


def test_the_time_that_a_file_must_stand_still_is_part_of_its_grace(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Written in time, finished half an hour after the deadline: never missing."""
    source = {
        "kind": "folder",
        "uri": "{exports}/acme",
        "pattern": "acme_{day:%Y%m%d}*",
        "still_seconds": 1800,
    }
    patient = with_vendor(acme, contract(source=source))
    folder.drop(ROWS, at=DEADLINE - 5 * MINUTE)
    with pytest.raises(ExportPendingError):
        fetch_export(patient, "acme", DAY, DEADLINE + 20 * MINUTE)
    assert fetch_export(patient, "acme", DAY, DEADLINE + 26 * MINUTE).changed


def test_a_copy_under_another_name_completes_no_day_and_counts_once(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Two files were promised: one of them twice is one of them."""
    source = HOURLY | {"pattern": "acme_{at:%Y%m%dT%H}*.csv", "expected_files": 2}
    two = with_vendor(acme, contract(source=source))
    drop_hour(folder, 0)
    folder.drop(b"a,b\n0,1\n", name="acme_20261103T00_v2.csv", at=ON_TIME + MINUTE)
    with pytest.raises(ExportPendingError, match="found 1 files"):
        fetch_export(two, "acme", DAY, DEADLINE)
    drop_hour(folder, 1)
    fetch_export(two, "acme", DAY, DEADLINE)
    assert sorted(in_force(two)) == ["acme_20261103T00.csv", "acme_20261103T01.csv"]


def test_bytes_that_another_day_no_longer_consists_of_are_no_duplicate(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The vendor mixed up two days, and then put both right."""
    folder.drop(ROWS)
    fetch_export(acme, "acme", DAY, LATER)
    folder.drop(b"a,b\n5,6\n", at=LATER)
    fetch_export(acme, "acme", DAY, LATER + MINUTE)
    folder.drop(ROWS, name="acme_20261104.csv", at=ON_TIME + A_DAY)
    assert fetch_export(acme, "acme", AFTER, LATER + A_DAY).changed
    assert found(acme, AFTER) == {}


def test_a_contract_may_say_that_exports_repeat(acme: Workspace, folder: VendorFolder) -> None:
    """An export of the month to date has the same bytes after a quiet day."""
    delivery = {"deadline": "06:00", "zone": "Europe/Riga", "may_repeat": True}
    for may_repeat in (False, True):
        terms = contract(delivery=delivery | {"may_repeat": may_repeat})
        workspace = with_vendor(acme, terms)
        folder.drop(ROWS)
        fetch_export(workspace, "acme", DAY, LATER)
        folder.drop(ROWS, name="acme_20261104.csv", at=ON_TIME + A_DAY)
        if may_repeat:
            assert fetch_export(workspace, "acme", AFTER, LATER + A_DAY).changed
        else:
            with pytest.raises(ExportMissingError):
                fetch_export(workspace, "acme", AFTER, LATER + A_DAY)


@pytest.mark.parametrize(("rows", "holds"), [(0, False), (1, True)])
def test_a_workbook_of_a_header_alone_holds_no_records(
    folder: VendorFolder, rows: int, holds: bool
) -> None:
    """As two quiet days send it."""
    file = folder.path / "quiet.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Export")
        sheet.write_row(0, 0, ["a", "b"])
        for row in range(rows):
            sheet.write_row(row + 1, 0, ["1", "2"])
    assert holds_records(file, XlsxFormat(kind="xlsx", sheet="Export")) is holds
