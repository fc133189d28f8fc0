"""The SFTP feed: a vendor leaves files on an SSH server whose host key is pinned."""

import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import paramiko  # type: ignore[import-untyped]
from paramiko.sftp import SFTPError  # type: ignore[import-untyped]

from breakwater.contracts.source import SftpSource
from breakwater.core.days import Window
from breakwater.feeds.files import LONGEST_NAME, Delivered, Entry, Listing, listing_of, why_refused
from breakwater.feeds.names import DayNames
from breakwater.feeds.records import FeedFault, shown
from breakwater.feeds.sftp_client import SftpClient
from breakwater.feeds.sftp_login import SftpLogin
from breakwater.warehouse.connections import FeedConnection

SILENCE_SECONDS = 60
"""How long one answer of the server may take."""

CLOSING_SECONDS = 10
"""How long the thread of a connection may take to end."""

MOST_ENTRIES = 1_000_000
"""A folder without an end must not fill our memory."""


class SftpFolder:
    """One vendor's folder on a server; see `breakwater.feeds.files.FileFeed`.

    The connection is opened by ``with`` and closed by its end.
    """

    def __init__(
        self,
        source: SftpSource,
        connection: FeedConnection,
        *,
        side_suffixes: tuple[str, ...] = (),
    ) -> None:
        """Read the connection.

        Raises:
            ConfigurationError: it has no pinned host key, or a field is missing or unreadable.
        """
        self._source = source
        self._side_suffixes = side_suffixes
        self._login = SftpLogin.of(connection)
        self._connection = connection
        self._ssh = paramiko.SSHClient()
        self._sftp: Any = None

    def __enter__(self) -> Self:
        """Connect, hold the server's key against the pinned one, and log in.

        Raises:
            ConfigurationError: the server has another key, or does not let us in.
            FeedFault: it does not answer.
        """
        try:
            with _answers():
                self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        transport = self._ssh.get_transport()
        self._ssh.close()
        if transport is not None:
            transport.join(CLOSING_SECONDS)
        self._sftp = None

    def list_exports(self, day: date, window: Window, now: datetime) -> Listing:
        """List a day's exports; a folder that is not there is an empty one."""
        names = DayNames.of(self._source, self._source.folder, day, window)
        with _answers():
            entries = [entry for folder in names.folders() for entry in self._entries(folder)]
        return listing_of(entries, names, self._source, self._side_suffixes, now)

    def copy(self, file: Delivered, target: Path) -> bool:
        """Copy a file; size and time are compared before and after, and no more is read."""
        with _answers():
            if not self._is_unchanged(file):
                return False
            with target.open("wb") as local:
                # One byte more than was listed, to see that there is none.
                for block in self._sftp.blocks_of(file.path, file.size_bytes + 1):
                    local.write(block)
            return target.stat().st_size == file.size_bytes and self._is_unchanged(file)

    def read_side_file(self, file: Delivered, suffix: str, maximum_bytes: int) -> bytes | None:
        """Return a side file; None also when its entry would be refused as an export."""
        path = f"{file.path}{suffix}"
        with _answers():
            try:
                entry = _entry("", f"{file.name}{suffix}", path, self._sftp.lstat(path))
            except FileNotFoundError:
                return None
            if why_refused(entry, self._source.maximum_bytes, LONGEST_NAME + len(suffix)):
                return None
            with self._sftp.open(path, "rb") as remote:
                content: bytes = remote.read(maximum_bytes)
        return content

    def _connect(self) -> None:
        login = self._login
        keys = self._ssh.get_host_keys()
        for key in login.host_keys:
            keys.add(login.server_name, key.get_name(), key)
        self._ssh.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            self._ssh.connect(
                login.host,
                login.port,
                username=login.user,
                password=login.password,
                pkey=login.key,
                timeout=login.seconds,
                banner_timeout=login.seconds,
                auth_timeout=login.seconds,
                channel_timeout=login.seconds,
                # Only what the connection names: no keys of whoever runs us.
                allow_agent=False,
                look_for_keys=False,
            )
        except paramiko.BadHostKeyException as error:
            problem = self._connection.expected(
                f"the pinned host key {error.expected_key.fingerprint}", error.key.fingerprint
            )
            raise problem from error
        except paramiko.AuthenticationException as error:
            if "timeout" in str(error).lower():
                raise
            problem = self._connection.expected(
                "a login that the server lets in", type(error).__name__
            )
            raise problem from error
        self._sftp = SftpClient.from_transport(self._ssh.get_transport())
        self._sftp.get_channel().settimeout(SILENCE_SECONDS)

    def _entries(self, folder: str) -> list[Entry]:
        found = []
        try:
            for name, attributes in self._sftp.entries_of(folder):
                found.append(_entry(folder, name, f"{folder}/{name}", attributes))
                if len(found) > MOST_ENTRIES:
                    raise FeedFault(
                        transient=False,
                        expected=f"a folder of at most {MOST_ENTRIES:,} entries",
                        found="more",
                    )
        except FileNotFoundError:
            return []
        return found

    def _is_unchanged(self, file: Delivered) -> bool:
        try:
            attributes = self._sftp.lstat(file.path)
        except FileNotFoundError:
            return False
        entry = _entry("", file.name, file.path, attributes)
        if not entry.is_regular or attributes.st_mtime is None:
            return False
        return (entry.modified(), entry.size_bytes) == (file.delivered_at, file.size_bytes)


def _entry(folder: str, name: str, path: str, attributes: Any) -> Entry:  # noqa: ANN401  as above
    mode = attributes.st_mode or 0
    return Entry(
        folder=folder,
        name=name,
        path=path,
        size_bytes=attributes.st_size,
        is_link=stat.S_ISLNK(mode),
        # A server that does not say when a file was written does not say that it is finished.
        is_regular=stat.S_ISREG(mode) and attributes.st_mtime is not None,
        modified=lambda: datetime.fromtimestamp(attributes.st_mtime, UTC),
    )


@contextmanager
def _answers() -> Iterator[None]:
    """Turn a broken or cut connection into a fault that may pass."""
    try:
        yield
    except (paramiko.SSHException, SFTPError, EOFError, ValueError, struct.error) as error:
        raise FeedFault(
            transient=True, expected="a server that answers", found=type(error).__name__
        ) from error
    except OSError as error:
        raise FeedFault(
            transient=True,
            expected="a server that answers",
            found=f"{type(error).__name__} {shown(error)}",
        ) from error
