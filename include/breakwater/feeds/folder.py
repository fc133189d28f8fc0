"""The folder feed: a vendor leaves files in a folder, here or behind any fsspec URI."""

import fnmatch
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fsspec

from breakwater.contracts.source import FolderSource

LONGEST_NAME = 150
"""Bytes of a file name; the lake puts a hash before it and a file system allows 255."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file that is there to be fetched: bare name, path at its source, size and instant."""

    name: str
    path: str
    size_bytes: int
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds for one operational day.

    Attributes:
        delivered: files to fetch, in order of delivery, then of name.
        refused: why each other entry that looks like an export is left alone, as safe text.
    """

    delivered: tuple[Delivered, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """One vendor's folder."""

    source: FolderSource
    uri: str

    @classmethod
    def of(cls, source: FolderSource, exports: str, day: date) -> "Folder":
        """Fill in the installation's exports root and the operational day."""
        return cls(source, _with_day(source.uri.replace("{exports}", exports.rstrip("/")), day))

    def list_exports(self, day: date, side_file_suffix: str | None, now: datetime) -> Listing:
        """List the exports of a day that were delivered by an instant.

        Raises:
            OSError: the folder could not be listed. One that is not there is an empty one, as in
                an object store.
        """
        file_system, folder = self._open()
        pattern = _with_day(self.source.pattern, day)
        delivered, refused = [], []
        for entry in _entries(file_system, folder):
            name = str(entry["name"]).removeprefix(folder).removeprefix("/")
            if side_file_suffix is not None and name.endswith(side_file_suffix):
                continue
            if not fnmatch.fnmatchcase(name.replace("\\", "/").rsplit("/", 1)[-1], pattern):
                continue
            why = self._why_refused(name, entry)
            if why is not None:
                # repr: a name that was refused is shown, but never as it is.
                refused.append(f"{name[:LONGEST_NAME]!r}: {why}")
                continue
            at = _aware(file_system.modified(entry["name"]))
            if at <= now:
                delivered.append(Delivered(name, entry["name"], int(entry["size"]), at))
        delivered.sort(key=lambda file: (file.delivered_at, file.name))
        return Listing(tuple(delivered), tuple(sorted(refused)))

    def copy(self, file: Delivered, target: Path) -> bool:
        """Copy a file to the local disk; return False when it changed meanwhile.

        Raises:
            OSError: it could not be read.
        """
        file_system, _ = self._open()
        file_system.get_file(file.path, str(target))
        file_system.invalidate_cache()
        at = _aware(file_system.modified(file.path))
        return at == file.delivered_at and target.stat().st_size == file.size_bytes

    def read_side_file(self, file: Delivered, suffix: str, maximum_bytes: int) -> bytes | None:
        """Return what lies in the file named like another plus a suffix; None when absent."""
        file_system, _ = self._open()
        path = f"{file.path}{suffix}"
        try:
            entry = file_system.info(path)
        except FileNotFoundError:
            return None
        if self._why_refused(f"{file.name}{suffix}", entry, LONGEST_NAME + len(suffix)):
            return None
        content: bytes = file_system.cat_file(path, end=maximum_bytes)
        return content

    def _open(self) -> tuple[Any, str]:
        file_system, folder = fsspec.core.url_to_fs(self.uri)
        file_system.invalidate_cache()
        return file_system, str(folder).rstrip("/")

    def _why_refused(
        self, name: str, entry: dict[str, Any], longest: int = LONGEST_NAME
    ) -> str | None:
        """Say why an entry is not to be fetched, or None when it may be."""
        checks = (
            ("/" in name or "\\" in name or name in {".", ".."}, "not a bare file name"),
            (not name.isprintable(), "control characters in the name"),
            (len(name.encode(errors="surrogateescape")) > longest, "too long a name"),
            # Its target, if it is an export of this folder, is listed by itself.
            (bool(entry.get("islink")), "a link"),
            (entry.get("type") != "file", "not a regular file"),
            (int(entry.get("size") or 0) > self.source.maximum_bytes, "too large"),
        )
        return next((why for applies, why in checks if applies), None)


def _entries(file_system: Any, folder: str) -> list[dict[str, Any]]:  # noqa: ANN401  fsspec ships no types
    try:
        entries: list[dict[str, Any]] = file_system.ls(folder, detail=True)
    except FileNotFoundError:
        return []
    return entries


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _with_day(text: str, day: date) -> str:
    """Put the operational day where ``{day:…}`` stands; nothing else is a placeholder."""
    return re.sub(r"\{day:([^{}]+)\}", lambda found: day.strftime(found[1]), text)
