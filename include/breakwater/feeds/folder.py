"""The folder feed: a vendor leaves files in a folder, here or in an object store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import fsspec

from breakwater.contracts.source import FolderSource
from breakwater.core.days import Window
from breakwater.core.errors import BreakwaterError
from breakwater.feeds.files import LONGEST_NAME, Delivered, Entry, Listing, listing_of, why_refused
from breakwater.feeds.names import DayNames, name_of
from breakwater.feeds.object_store import storage_options
from breakwater.feeds.records import FeedFault
from breakwater.warehouse.connections import FeedConnection


@dataclass(frozen=True, slots=True)
class Folder:
    """One vendor's folder; see `breakwater.feeds.files.FileFeed`."""

    source: FolderSource
    uri: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    side_suffixes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        source: FolderSource,
        exports: str,
        *,
        connection: FeedConnection | None = None,
        side_suffixes: tuple[str, ...] = (),
    ) -> "Folder":
        """Fill in the installation's exports root and the credentials.

        Raises:
            ConfigurationError: the connection cannot give what this kind of store needs.
        """
        uri = source.uri.replace("{exports}", exports.rstrip("/"))
        options = {} if connection is None else storage_options(uri, connection)
        return cls(source, uri, options, side_suffixes)

    def __enter__(self) -> Self:
        """Nothing is opened before it is used."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    def list_exports(self, day: date, window: Window, now: datetime) -> Listing:
        """List a day's exports; a folder that is not there is an empty one."""
        names = DayNames.of(self.source, self.uri, day, window)
        with _answers():
            entries = [entry for folder in names.folders() for entry in self._entries(folder)]
            return listing_of(entries, names, self.source, self.side_suffixes, now)

    def copy(self, file: Delivered, target: Path) -> bool:
        """Copy a file; size and time are compared before and after."""
        with _answers():
            file_system, _ = self._open(self.uri)
            if not _is_unchanged(file_system, file):
                return False
            # s3fs would hold ten parts of fifty megabytes in memory; one by one it streams them.
            streamed = {"max_concurrency": 1} if "s3" in file_system.protocol else {}
            file_system.get_file(file.path, str(target), **streamed)
            file_system.invalidate_cache()
            return target.stat().st_size == file.size_bytes and _is_unchanged(file_system, file)

    def read_side_file(self, file: Delivered, suffix: str, maximum_bytes: int) -> bytes | None:
        """Return a side file; None also when its entry would be refused as an export."""
        path = f"{file.path}{suffix}"
        with _answers():
            file_system, _ = self._open(self.uri)
            try:
                found = file_system.info(path)
            except FileNotFoundError:
                return None
            entry = _entry(file_system, "", f"{file.name}{suffix}", found)
            if why_refused(entry, self.source.maximum_bytes, LONGEST_NAME + len(suffix)):
                return None
            content: bytes = file_system.cat_file(path, end=maximum_bytes)
        return content

    def _open(self, uri: str) -> tuple[Any, str]:
        file_system, folder = fsspec.core.url_to_fs(uri, **self.options)
        file_system.invalidate_cache()
        return file_system, str(folder).rstrip("/")

    def _entries(self, uri: str) -> Iterator[Entry]:
        file_system, folder = self._open(uri)
        for found in _list(file_system, folder):
            yield _entry(file_system, uri, name_of(folder, str(found["name"])), found)


def _list(file_system: Any, folder: str) -> list[dict[str, Any]]:  # noqa: ANN401  fsspec ships no types
    try:
        entries: list[dict[str, Any]] = file_system.ls(folder, detail=True)
    except FileNotFoundError:
        return []
    return entries


def _entry(file_system: Any, uri: str, name: str, found: dict[str, Any]) -> Entry:  # noqa: ANN401  as above
    size = found.get("size")
    return Entry(
        folder=uri,
        name=name,
        path=str(found["name"]),
        size_bytes=None if size is None else int(size),
        is_link=bool(found.get("islink")),
        is_regular=found.get("type") == "file",
        modified=lambda: _modified(file_system, found["name"]),
    )


def _is_unchanged(file_system: Any, file: Delivered) -> bool:  # noqa: ANN401  as above
    try:
        found = file_system.info(file.path)
        at = _modified(file_system, file.path)
    except FileNotFoundError:
        return False
    is_plain = found.get("type") == "file" and not found.get("islink")
    return is_plain and (at, found.get("size")) == (file.delivered_at, file.size_bytes)


def _modified(file_system: Any, path: str) -> datetime:  # noqa: ANN401  as above
    instant: datetime = file_system.modified(path)
    aware = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    # Some stores list fractions of a second that they do not tell of a single object.
    return aware if "file" in file_system.protocol else aware.replace(microsecond=0)


@contextmanager
def _answers() -> Iterator[None]:
    """Turn whatever a store's library raises into a fault that may pass."""
    try:
        yield
    except (OSError, BreakwaterError):
        raise
    except Exception as error:
        # Every store has its own library, and every library its own errors.
        raise FeedFault(
            transient=True, expected="a store that answers", found=type(error).__name__
        ) from error
