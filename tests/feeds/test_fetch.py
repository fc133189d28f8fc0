"""Fetching: present, pending, missing, late, re-sent, half uploaded; always kept as received."""

import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from vendor_exports import (
    DAY,
    DEADLINE,
    LATER,
    ON_TIME,
    VendorFolder,
    contract,
    log_action,
    with_vendor,
)

from breakwater.core.errors import (
    ConfigurationError,
    ExportMissingError,
    ExportPendingError,
    FeedUnavailableError,
)
from breakwater.core.finding import Finding
from breakwater.feeds import folder as folder_feed
from breakwater.feeds.fetch import fetch_export
from breakwater.warehouse.database import Database
from breakwater.warehouse.file_ledger import file_in_force, received_files
from breakwater.warehouse.finding import findings_of_day
from breakwater.warehouse.workspace import Workspace

MINUTE = timedelta(minutes=1)


def found(workspace: Workspace) -> dict[str, Finding]:
    """Return the day's findings by rule."""
    with workspace.warehouse.transaction() as connection:
        return {finding.rule.value: finding for finding in findings_of_day(connection, DAY)}


def names_in_force(workspace: Workspace) -> str:
    """Return the name of the vendor's file in force."""
    with workspace.warehouse.transaction() as connection:
        file = file_in_force(connection, "acme", DAY, "vendor")
    assert file is not None
    return file.name


def test_an_export_is_kept_byte_for_byte_and_entered_in_the_ledger(
    acme: Workspace, folder: VendorFolder
) -> None:
    """What the vendor left is in the lake, whatever happens to the folder later."""
    content = b"anything\x00at all\xff"
    folder.drop(content)
    result = fetch_export(acme, "acme", DAY, LATER)
    shutil.rmtree(folder.path)
    with acme.warehouse.transaction() as connection:
        [file] = received_files(connection, "acme", DAY, "vendor")
    assert acme.lake.read(file.raw_path) == content
    assert (file.size_bytes, file.delivered_at, file.is_late) == (len(content), ON_TIME, False)
    assert (result.changed, result.summary["files"]) == (True, 1)
    assert found(acme) == {}


def test_an_export_before_its_deadline_is_pending_and_leaves_no_trace(acme: Workspace) -> None:
    """Waiting is no finding, and a retry may help."""
    with pytest.raises(ExportPendingError, match=r"acme 2026-11-03.*by 2026-11-04T06:00") as raised:
        fetch_export(acme, "acme", DAY, DEADLINE)
    assert raised.value.permanent is False
    assert found(acme) == {}


def test_an_export_after_its_deadline_is_missing_until_it_arrives(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The finding is kept although the stage failed, and goes when the file comes, late."""
    with pytest.raises(ExportMissingError, match="found nothing"):
        fetch_export(acme, "acme", DAY, DEADLINE + MINUTE)
    assert set(found(acme)) == {"ExportMissing"}
    folder.drop(b"late", at=DEADLINE + 90 * MINUTE)
    assert fetch_export(acme, "acme", DAY, LATER).summary["is_late"] is True
    late = found(acme)
    assert set(late) == {"ExportLate"}
    assert (late["ExportLate"].value, late["ExportLate"].unit) == (90 * 60, "seconds")


def test_nothing_of_our_own_log_is_read_while_the_export_is_missing(acme: Workspace) -> None:
    """A vendor-day has both books or none."""
    log_action(acme.enforcement_log, "a1", "2026-11-03 12:00+00")
    with pytest.raises(ExportMissingError):
        fetch_export(acme, "acme", DAY, LATER)
    with acme.warehouse.transaction() as connection:
        assert file_in_force(connection, "acme", DAY, "internal") is None


def test_a_file_dated_after_the_instant_of_the_run_is_not_there_yet(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Replaying a morning sees what that morning saw."""
    folder.drop(b"tomorrow", at=LATER + MINUTE)
    with pytest.raises(ExportMissingError):
        fetch_export(acme, "acme", DAY, LATER)


def test_an_unchanged_fetch_changes_nothing(acme: Workspace, folder: VendorFolder) -> None:
    """The second run proves that it found what the first one found."""
    folder.drop(b"same")
    log_action(acme.enforcement_log, "a1", "2026-11-03 12:00+00")
    first = fetch_export(acme, "acme", DAY, LATER)
    before = acme.warehouse.rows("select * from landing.file_ledger order by file_id")
    second = fetch_export(acme, "acme", DAY, LATER + MINUTE)
    assert (first.changed, second.changed) == (True, False)
    assert acme.warehouse.rows("select * from landing.file_ledger order by file_id") == before


def test_a_second_content_restates_the_day_and_the_latest_delivered_is_in_force(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Delivery decides, not the alphabet."""
    folder.drop(b"first", name="acme_20261103_z.csv")
    fetch_export(acme, "acme", DAY, LATER)
    folder.drop(b"second", name="acme_20261103_a.csv", at=ON_TIME + MINUTE)
    result = fetch_export(acme, "acme", DAY, LATER)
    assert (result.changed, result.summary["files"]) == (True, 2)
    assert names_in_force(acme) == "acme_20261103_a.csv"
    assert found(acme)["ExportRestated"].value == 2


def test_of_two_files_delivered_at_once_the_last_by_name_is_in_force(
    acme: Workspace, folder: VendorFolder
) -> None:
    """A choice that any machine makes the same way."""
    folder.drop(b"two", name="acme_20261103_v2.csv")
    folder.drop(b"one", name="acme_20261103_v1.csv")
    fetch_export(acme, "acme", DAY, LATER)
    assert names_in_force(acme) == "acme_20261103_v2.csv"


def test_a_changed_file_under_the_same_name_keeps_both_contents(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Overwriting destroys nothing."""
    for minute, content in enumerate((b"first", b"second")):
        folder.drop(content, at=ON_TIME + minute * MINUTE)
        fetch_export(acme, "acme", DAY, LATER)
    with acme.warehouse.transaction() as connection:
        files = received_files(connection, "acme", DAY, "vendor")
    assert [acme.lake.read(file.raw_path) for file in files] == [b"first", b"second"]


def test_a_content_that_comes_back_is_in_force_again(acme: Workspace, folder: VendorFolder) -> None:
    """A vendor that withdraws its correction is taken at its word."""
    for minute, content in enumerate((b"first", b"second", b"first")):
        folder.drop(content, at=ON_TIME + minute * MINUTE)
        fetch_export(acme, "acme", DAY, LATER)
    with acme.warehouse.transaction() as connection:
        files = received_files(connection, "acme", DAY, "vendor")
    assert [acme.lake.read(file.raw_path) for file in files] == [b"second", b"first"]


def test_touching_a_file_does_not_make_it_late(acme: Workspace, folder: VendorFolder) -> None:
    """What was delivered on time stays delivered on time."""
    folder.drop(b"same")
    fetch_export(acme, "acme", DAY, LATER)
    folder.drop(b"same", at=LATER)
    assert fetch_export(acme, "acme", DAY, LATER).changed is False
    assert found(acme) == {}


def test_what_was_fetched_stays_when_the_vendor_tidies_up(
    acme: Workspace, folder: VendorFolder
) -> None:
    """A re-run after the vendor's clean-up is neither missing nor different."""
    file = folder.drop(b"kept")
    fetch_export(acme, "acme", DAY, LATER)
    file.unlink()
    assert fetch_export(acme, "acme", DAY, LATER).changed is False


@pytest.mark.parametrize("declared", [None, b"the whole file"])
def test_an_upload_in_progress_is_waited_for_and_then_taken_as_it_is(
    acme: Workspace, folder: VendorFolder, declared: bytes | None
) -> None:
    """Without a manifest, or with one of other content, a fresh file is not finished."""
    acme = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.drop(b"the who", at=DEADLINE + MINUTE)
    if declared is not None:
        folder.declare(9, declared)
    with pytest.raises(ExportPendingError, match="1 unfinished"):
        fetch_export(acme, "acme", DAY, DEADLINE + 5 * MINUTE)
    assert fetch_export(acme, "acme", DAY, DEADLINE + 12 * MINUTE).summary["files"] == 1


def test_a_manifest_that_agrees_makes_a_file_complete_at_once(
    acme: Workspace, folder: VendorFolder
) -> None:
    """Nobody waits for a file that is whole; its totals stand in the ledger."""
    acme = with_vendor(acme, contract(control={"kind": "manifest"}))
    folder.drop(b"whole")
    folder.declare(7, b"whole")
    assert fetch_export(acme, "acme", DAY, ON_TIME + MINUTE).summary["declared_rows"] == 7


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    acme: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one content and half of another is nobody's export."""
    copy = folder_feed.Folder.copy

    def grow_meanwhile(self: folder_feed.Folder, file: Any, target: Path) -> bool:  # noqa: ANN401  what copy takes
        with Path(file.path).open("ab") as stream:
            stream.write(b"more")
        return copy(self, file, target)

    folder.drop(b"some", at=ON_TIME)
    monkeypatch.setattr(folder_feed.Folder, "copy", grow_meanwhile)
    with pytest.raises(ExportPendingError):
        fetch_export(acme, "acme", DAY, ON_TIME + MINUTE)


def test_a_file_that_grows_after_its_last_byte_was_read_is_not_taken(
    acme: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size and time are looked at once more when the copy is there."""
    copy = LocalFileSystem.get_file

    def grow_afterwards(self: LocalFileSystem, path: str, target: str) -> None:
        copy(self, path, target)
        with Path(path).open("ab") as stream:
            stream.write(b"more")

    folder.drop(b"some", at=ON_TIME)
    monkeypatch.setattr(LocalFileSystem, "get_file", grow_afterwards)
    with pytest.raises(ExportPendingError, match="is not what the listing says"):
        fetch_export(acme, "acme", DAY, ON_TIME + MINUTE)


def test_a_vendor_without_a_contract_on_that_day_is_not_asked(acme: Workspace) -> None:
    """An export of a day before the contract is nobody's duty."""
    young = with_vendor(acme, contract(effective_from="2026-11-04"))
    with pytest.raises(ConfigurationError, match=r"vendors/acme.yaml.*in force"):
        fetch_export(young, "acme", DAY, LATER)


def test_a_folder_that_does_not_answer_is_unavailable_and_not_missing(
    acme: Workspace, folder: VendorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken mount must not read as a vendor who failed to deliver."""

    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    folder.drop(b"there")
    monkeypatch.setattr(folder_feed, "_list", refuse)
    with pytest.raises(FeedUnavailableError) as raised:
        fetch_export(acme, "acme", DAY, LATER)
    assert raised.value.permanent is False
    assert found(acme) == {}


def test_a_log_that_does_not_answer_is_unavailable_and_the_export_stays_fetched(
    acme: Workspace, folder: VendorFolder
) -> None:
    """What the vendor sent is kept at once: it may be gone when the log is back."""
    folder.drop(b"there")
    away = dataclasses.replace(
        acme, enforcement_log=Database("postgresql://nobody@127.0.0.1:9/none?connect_timeout=1")
    )
    with pytest.raises(FeedUnavailableError, match="enforcement log"):
        fetch_export(away, "acme", DAY, LATER)
    [kept] = acme.warehouse.rows("select book from landing.file_ledger")
    assert kept["book"] == "vendor"
    assert acme.warehouse.rows("select 1 from operations.stage_run") == []


def test_a_log_of_other_shape_is_a_fault_of_the_configuration(
    acme: Workspace, folder: VendorFolder
) -> None:
    """The message names the setting and what the database said."""
    folder.drop(b"there")
    with acme.enforcement_log.transaction() as connection:
        connection.execute("alter table platform.enforcement_log rename column policy to rule")
    with pytest.raises(ConfigurationError, match=r'operations.yaml.*column "policy"'):
        fetch_export(acme, "acme", DAY, LATER)
