"""Fetch the files of a day: what is finished is copied once, kept as received and remembered.

Each file is entered in the ledger as soon as the lake has it. So a fetch that was killed half way
goes on with what it lacks: a file of the same name, size and instant is not copied again.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from breakwater.contracts.file_format import Manifest
from breakwater.contracts.source import FileSource, FolderSource, SftpSource
from breakwater.core.errors import ConfigurationError, FeedUnavailableError
from breakwater.feeds.files import Delivered, FileFeed
from breakwater.feeds.manifest import LARGEST, read_manifest
from breakwater.feeds.no_records import holds_records
from breakwater.feeds.records import FeedFault
from breakwater.feeds.vendor_day import VendorDay
from breakwater.warehouse.database import hold
from breakwater.warehouse.file_ledger import (
    ReceivedFile,
    counts_by_name,
    received_files,
    record_file,
)

log = logging.getLogger(__name__)

UPLOAD_GRACE = timedelta(minutes=10)
"""A file that is not finished is taken to be on its way this long after it was written, at least."""

_Listed = tuple[str, int, datetime]
"""Name, size and instant."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was found at a source besides what was taken.

    Attributes:
        on_their_way: how many files may still become exports.
        unfinished: why each file was not taken, as safe text.
        refused: why each entry that looks like an export was left alone, as safe text.
        later: how many files are dated after the instant of the run.
    """

    on_their_way: int = 0
    unfinished: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    later: int = 0

    @property
    def told(self) -> str:
        """Say what lies there instead of an export; names are spelled safely."""
        parts = [f"{len(self.unfinished)} unfinished"] if self.unfinished else []
        parts += self.unfinished[:3]
        parts += [f"refused {reason}" for reason in self.refused[:3]]
        parts += [f"{self.later} dated later"] if self.later else []
        return "; ".join(parts) or "nothing"


def fetch_files(about: VendorDay, scratch: Path) -> Arrival:
    """Copy every finished file of the day into the lake and enter it in the ledger.

    Raises:
        FeedUnavailableError: the source did not answer, or not to the end; what was taken before
            is kept, and of the file in hand nothing.
        ConfigurationError: the connection or a pattern cannot be used.
    """
    try:
        with _open(about) as feed:
            listing = feed.list_exports(about.day, about.window, about.now)
            known = _known(about)
            against = [
                (file, _take(about, feed, file, known, scratch / "export"))
                for file in listing.delivered
            ]
    except FeedFault as fault:
        if not fault.transient:
            path = f"vendors/{about.vendor}.yaml: source"
            problem = f"{path}: expected {fault.expected}; found {fault.found}"
            raise ConfigurationError((problem,)) from fault
        raise _unavailable(about, fault.expected, fault.found) from fault
    except OSError as error:
        expected, found = "a folder that answers", type(error).__name__
        raise _unavailable(about, expected, found) from error
    unfinished = [(file, why) for file, why in against if why is not None]
    arrival = Arrival(
        on_their_way=sum(1 for file, _ in unfinished if not _is_settled(about, file)),
        unfinished=tuple(f"{file.name!r}: {why}" for file, why in unfinished),
        refused=listing.refused,
        later=listing.later,
    )
    for reason in (*arrival.unfinished, *arrival.refused):
        log.info("%s %s: not taken: %s", about.vendor, about.day, reason)
    return arrival


def _open(about: VendorDay) -> FileFeed:
    source, workspace = about.contract.source, about.workspace
    suffixes = _side_suffixes(about)
    if isinstance(source, SftpSource):
        from breakwater.feeds.sftp import SftpFolder  # noqa: PLC0415  only who needs SSH loads it

        found = workspace.connections(source.connection)
        return SftpFolder(source, found, side_suffixes=suffixes)
    if isinstance(source, FolderSource):
        from breakwater.feeds.folder import Folder  # noqa: PLC0415  as above

        name = source.connection
        connection = None if name is None else workspace.connections(name)
        return Folder.of(source, workspace.exports, connection=connection, side_suffixes=suffixes)
    message = f"a source of kind {source.kind} leaves no files"
    raise TypeError(message)


def _side_suffixes(about: VendorDay) -> tuple[str, ...]:
    control, source = about.contract.control, about.contract.source
    manifest = control.suffix if isinstance(control, Manifest) else None
    done = source.done_suffix if isinstance(source, FileSource) else None
    return tuple(suffix for suffix in (manifest, done) if suffix)


def _take(
    about: VendorDay,
    feed: FileFeed,
    file: Delivered,
    known: Mapping[_Listed, ReceivedFile],
    local: Path,
) -> str | None:
    """Keep one file; return why not, as long as it is not finished."""
    still = _still_seconds(about)
    if file.why_unfinished is not None:
        return file.why_unfinished
    if about.now - file.delivered_at < timedelta(seconds=still):
        return f"has not stood still for {still} seconds"
    manifest = None
    control = about.contract.control
    if isinstance(control, Manifest):
        side = feed.read_side_file(file, control.suffix, LARGEST)
        manifest = read_manifest(side, control.totals)
    before = known.get((file.name, file.size_bytes, file.delivered_at))
    if before is not None and not _disagrees(manifest, before.sha256):
        if manifest is not None and manifest != before.manifest:
            _record(about, replace(before, manifest=manifest))
        return None
    if not feed.copy(file, local):
        return "is not what the listing says"
    lacks_manifest = isinstance(control, Manifest) and manifest is None
    is_whole = not lacks_manifest and not _disagrees(manifest, _sha256(local))
    # Past its time it is taken as it is: landing says what is wrong with it.
    if not is_whole and not _is_settled(about, file):
        return "does not agree with its manifest yet"
    raw_path, digest = about.workspace.lake.keep_raw(about.vendor, about.day, file.name, local)
    received = ReceivedFile(
        book=about.book,
        name=file.name,
        sha256=digest,
        size_bytes=local.stat().st_size,
        raw_path=raw_path,
        manifest=manifest,
        delivered_at=file.delivered_at,
        is_late=file.delivered_at > about.deadline,
        has_records=holds_records(local, about.contract.format),
    )
    _record(about, received)
    return None


def _is_settled(about: VendorDay, file: Delivered) -> bool:
    """Tell whether nothing more is to be waited for."""
    grace = max(UPLOAD_GRACE, timedelta(seconds=_still_seconds(about)))
    return about.now > max(about.deadline, file.delivered_at + grace)


def _still_seconds(about: VendorDay) -> int:
    source = about.contract.source
    return source.still_seconds if isinstance(source, FileSource) else 0


def _known(about: VendorDay) -> Mapping[_Listed, ReceivedFile]:
    """Return what is kept, by what a listing says of a file."""
    with about.workspace.warehouse.transaction() as connection:
        received = received_files(connection, about.vendor, about.day, about.book)
    return {
        (file.name, file.size_bytes, file.delivered_at): file
        for file in received
        if not file.is_removed
    }


def _record(about: VendorDay, file: ReceivedFile) -> None:
    with about.workspace.warehouse.transaction() as connection:
        hold(connection, "fetch", about.vendor, about.day)
        by_name = counts_by_name(about.contract)
        record_file(connection, about.vendor, about.day, file, about.now, among_its_name=by_name)


def _disagrees(manifest: object, digest: str) -> bool:
    return isinstance(manifest, dict) and manifest["sha256"] not in {None, digest}


def _unavailable(about: VendorDay, expected: str, found: str) -> FeedUnavailableError:
    what = "the place of the exports could not be read"
    return FeedUnavailableError(about.vendor, about.day, what, expected=expected, found=found)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
