"""What a feed of files is: a list of what was left for a day, copies of it, and side files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, Self

from breakwater.contracts.source import FileSource
from breakwater.core.days import Window
from breakwater.feeds.names import LONGEST_TO_MATCH, DayNames, last_part

LONGEST_NAME = 150
"""Bytes of a file name; the lake puts a hash before it and a file system allows 255."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file that is there to be fetched.

    Attributes:
        name: bare name, as the ledger knows it.
        path: where it lies at its source.
        size_bytes: how large its source says it is.
        delivered_at: when it was written last.
        why_unfinished: what its marker says against it; None when nothing.
    """

    name: str
    path: str
    size_bytes: int
    delivered_at: datetime
    why_unfinished: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source holds for one operational day.

    Attributes:
        delivered: files to fetch, in order of delivery, then of name.
        refused: why each other entry that looks like an export is left alone, as safe text.
        later: how many are dated after the instant of the run.
    """

    delivered: tuple[Delivered, ...]
    refused: tuple[str, ...]
    later: int = 0


class FileFeed(Protocol):
    """A place where a vendor leaves files; open it with ``with``, it is closed in any case."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def list_exports(self, day: date, window: Window, now: datetime) -> Listing:
        """List the exports of a day that were delivered by an instant.

        Raises:
            OSError: the source could not be listed.
            FeedFault: it did not answer as such a source does.
        """
        ...

    def copy(self, file: Delivered, target: Path) -> bool:
        """Copy a file to the local disk; return False when it is not what was listed.

        Raises:
            OSError: it could not be read to its end.
            FeedFault: as above.
        """
        ...

    def read_side_file(self, file: Delivered, suffix: str, maximum_bytes: int) -> bytes | None:
        """Return what lies in the file named like another plus a suffix; None when absent.

        Raises:
            OSError: it could not be read.
            FeedFault: as above.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a folder, as its source describes it: nothing here is trusted yet.

    Attributes:
        folder: the folder that was listed, as the contract's names have it.
        name: what stands below the folder.
        path: what its source calls it.
        size_bytes: None when the source does not say.
        is_link: whether it only points at something.
        is_regular: whether it is a plain file.
        modified: asks when it was written; on some sources that is a call of its own.
    """

    folder: str
    name: str
    path: str
    size_bytes: int | None
    is_link: bool
    is_regular: bool
    modified: Callable[[], datetime]


def why_refused(entry: Entry, maximum_bytes: int, longest: int = LONGEST_NAME) -> str | None:
    """Say why an entry is not to be fetched, or None when it may be."""
    name = entry.name
    checks = (
        ("/" in name or "\\" in name or name in {"", ".", ".."}, "not a bare file name"),
        (not name.isprintable(), "control characters in the name"),
        (len(name.encode(errors="surrogateescape")) > longest, "too long a name"),
        # Its target, if it is an export of this folder, is listed by itself.
        (entry.is_link, "a link"),
        (not entry.is_regular, "not a regular file"),
        (entry.size_bytes is None or entry.size_bytes < 0, "without a size"),
        ((entry.size_bytes or 0) > maximum_bytes, "too large"),
    )
    return next((why for applies, why in checks if applies), None)


def listing_of(
    entries: Iterable[Entry],
    names: DayNames,
    source: FileSource,
    side_suffixes: tuple[str, ...],
    now: datetime,
) -> Listing:
    """Choose a day's exports among the entries of its folders.

    Args:
        entries: of every folder of the day.
        names: the day's names.
        source: what the contract says of its files.
        side_suffixes: ends of the names of files that say something about exports.
        now: what is dated later is not there yet.
    """
    found = list(entries)
    markers = {(entry.folder, entry.name): entry for entry in found}
    delivered, refused, later = [], [], 0
    for entry in found:
        if entry.name.endswith(side_suffixes):
            continue
        is_short = len(entry.name) <= LONGEST_TO_MATCH
        if is_short and not names.holds(entry.folder, last_part(entry.name)):
            continue
        why = why_refused(entry, source.maximum_bytes) if is_short else "too long a name"
        if why is not None:
            # repr: a name that was refused is shown, but never as it is.
            refused.append(f"{entry.name[:LONGEST_NAME]!r}: {why}")
            continue
        at = entry.modified()
        if at > now:
            later += 1
            continue
        against = None
        if source.done_suffix is not None:
            marker = markers.get((entry.folder, entry.name + source.done_suffix))
            against = _against(at, marker, source.done_suffix)
        name = names.name_in_ledger(entry.folder, entry.name)
        delivered.append(Delivered(name, entry.path, entry.size_bytes or 0, at, against))
    delivered.sort(key=lambda file: (file.delivered_at, file.name))
    return Listing(tuple(delivered), tuple(sorted(refused)), later)


def _against(written_at: datetime, marker: Entry | None, suffix: str) -> str | None:
    """Say what a file's marker says against it; a file rewritten after it is on its way again."""
    if marker is None:
        return f"without its {suffix}"
    return f"written after its {suffix}" if marker.modified() < written_at else None
