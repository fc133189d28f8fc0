"""The folder feed against hostile entries: only plain files with plain names are touched."""

import os
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import fsspec
import pytest
from vendor_exports import DAY, LATER, VendorFolder

from breakwater.contracts.source import FolderSource
from breakwater.core.days import Window
from breakwater.core.errors import ExportMissingError
from breakwater.feeds.fetch import fetch_export
from breakwater.feeds.folder import Folder
from breakwater.warehouse.workspace import Workspace

WINDOW = Window.for_operational_day(DAY, ZoneInfo("Asia/Singapore"))
SOURCE = FolderSource(kind="folder", uri="{exports}/acme", pattern="acme_{day:%Y%m%d}*")


def listing(exports: Path) -> tuple[list[str], tuple[str, ...]]:
    """List the folder below a path: names to fetch, and refusals."""
    feed = Folder.of(SOURCE, exports.as_uri(), side_suffixes=(".manifest.json",))
    found = feed.list_exports(DAY, WINDOW, LATER)
    return [file.name for file in found.delivered], found.refused


@pytest.fixture
def vendor_folder(tmp_path: Path) -> VendorFolder:
    """Make a folder that belongs to no workspace."""
    path = tmp_path / "exports" / "acme"
    path.mkdir(parents=True)
    return VendorFolder(path)


def test_only_files_of_the_day_and_pattern_are_listed(vendor_folder: VendorFolder) -> None:
    """Other days, other names, manifests and half-written names are not exports."""
    for name in (
        "acme_20261103.csv",
        "acme_20261103.csv.manifest.json",
        "acme_20261102.csv",
        "ACME_20261103.csv",
        ".acme_20261103.csv.part",
    ):
        vendor_folder.drop(b"x", name=name)
    assert listing(vendor_folder.path.parent) == (["acme_20261103.csv"], ())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("acme_20261103\n2026 ERROR forged log line", "control characters"),
        ("acme_20261103\x1b[2J.csv", "control characters"),
        ("acme_20261103\u202evsc.exe", "control characters"),
        ("..\\..\\acme_20261103.csv", "not a bare file name"),
        ("acme_20261103" + "x" * 200, "too long a name"),
    ],
)
def test_a_hostile_name_is_refused_and_reported_in_safe_letters(
    vendor_folder: VendorFolder, name: str, why: str
) -> None:
    """The report shows the name escaped: it can forge neither a log line nor a terminal."""
    vendor_folder.drop(b"x", name=name)
    vendor_folder.drop(b"x", name="acme_20261103.csv")
    names, [refusal] = listing(vendor_folder.path.parent)
    assert names == ["acme_20261103.csv"]
    assert why in refusal
    assert refusal.isprintable()


def test_a_link_is_refused_wherever_it_leads(vendor_folder: VendorFolder, tmp_path: Path) -> None:
    """A vendor cannot make us read somebody else's file."""
    (tmp_path / "secret").write_bytes(b"of another vendor")
    target = vendor_folder.drop(b"x", name="acme_20261103_b.csv")
    (vendor_folder.path / "acme_20261103_a.csv").symlink_to(tmp_path / "secret")
    (vendor_folder.path / "acme_20261103_c.csv").symlink_to(target)
    (vendor_folder.path / "acme_20261103_d.csv").symlink_to("acme_20261103_d.csv")
    names, refused = listing(vendor_folder.path.parent)
    assert names == ["acme_20261103_b.csv"]
    assert [refusal.split(": ")[1] for refusal in refused] == ["a link"] * 3


def test_what_is_no_regular_file_is_refused_and_never_opened(vendor_folder: VendorFolder) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(vendor_folder.path / "acme_20261103.csv")
    (vendor_folder.path / "acme_20261103.d").mkdir()
    names, refused = listing(vendor_folder.path.parent)
    assert names == []
    assert [refusal.split(": ")[1] for refusal in refused] == ["not a regular file"] * 2


def test_a_file_above_the_limit_is_refused_unread(vendor_folder: VendorFolder) -> None:
    """A vendor cannot fill the disk."""
    vendor_folder.drop(b"12345")
    small = SOURCE.model_copy(update={"maximum_bytes": 4})
    exports = vendor_folder.path.parent.as_uri()
    found = Folder.of(small, exports).list_exports(DAY, WINDOW, LATER)
    assert (found.delivered, found.refused) == ((), ("'acme_20261103.csv': too large",))


class HostileFileSystem(fsspec.AbstractFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """A server whose listing names paths outside of the folder that was asked for."""

    protocol = "hostile"
    cachable = False
    entries: ClassVar[list[dict[str, Any]]] = [
        {"name": "exports/acme/../acme_20261103.csv", "size": 1, "type": "file"},
        {"name": "/etc/acme_20261103", "size": 1, "type": "file"},
        {"name": "exports/acme/deep/acme_20261103.csv", "size": 1, "type": "file"},
    ]

    def ls(self, path: str, detail: bool = True, **_: object) -> list[dict[str, Any]]:
        """Return the same entries whatever is asked."""
        assert (path, detail) == ("exports/acme", True)
        return self.entries


def test_a_listing_that_leads_out_of_the_folder_is_refused() -> None:
    """A far end may name any path; only bare names below the folder count."""
    fsspec.register_implementation("hostile", HostileFileSystem, clobber=True)
    found = Folder.of(SOURCE, "hostile://exports").list_exports(DAY, WINDOW, LATER)
    assert found.delivered == ()
    assert [refusal.split(": ")[1] for refusal in found.refused] == ["not a bare file name"] * 3


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    """As in an object store, where folders do not exist by themselves."""
    assert listing(tmp_path / "nowhere") == ([], ())


def test_refused_entries_become_a_finding_and_stand_in_the_error(
    acme: Workspace, folder: VendorFolder
) -> None:
    """People hear that something was there, without its name acting on them."""
    folder.drop(b"x", name="acme_20261103\r\nforged")
    with pytest.raises(ExportMissingError, match=r"refused 'acme_20261103\\r\\nforged'"):
        fetch_export(acme, "acme", DAY, LATER)
    rows = acme.warehouse.rows("select rule, value from operations.finding order by rule")
    assert [(row["rule"], row["value"]) for row in rows] == [
        ("ExportMissing", 1.0),
        ("ExportNameRefused", 1.0),
    ]
