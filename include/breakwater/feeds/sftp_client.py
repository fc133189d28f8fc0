"""An SFTP client that survives what servers send: names of any bytes, files of any size.

Paramiko decodes names as UTF-8 and gives up on a whole folder at one that is not. Its look-ahead
keeps what it reads ahead in memory for as long as the file is open, and searches all of it for
every block: a file of some hundred megabytes takes as much memory, and ever longer. So both are
done here, on the client's own packets.
"""

from collections.abc import Iterator
from typing import Any

import paramiko  # type: ignore[import-untyped]
from paramiko.sftp import (  # type: ignore[import-untyped]
    CMD_CLOSE,
    CMD_DATA,
    CMD_NAME,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    SFTPError,
    int64,
)

BLOCK = 32 * 1024
"""Bytes of one request; every server takes so much."""

AHEAD = 64
"""Blocks that are asked for at once: a far server is waited for once, not for every block."""


class SftpClient(paramiko.SFTPClient):  # type: ignore[misc]  # paramiko ships no types
    """Listing and reading; everything else is paramiko's."""

    def entries_of(self, folder: str) -> Iterator[tuple[str, Any]]:
        """Give name and attributes of every entry, as the server tells them.

        Bytes that are no UTF-8 become surrogates, as Python spells such names.

        Raises:
            OSError: the folder cannot be listed.
            paramiko.SSHException: the connection broke.
        """
        _, answer = self._request(CMD_OPENDIR, folder.encode())
        handle = answer.get_binary()
        while True:
            try:
                kind, answer = self._request(CMD_READDIR, handle)
            except EOFError:
                self._request(CMD_CLOSE, handle)
                return
            if kind != CMD_NAME:
                message = "expected names"
                raise SFTPError(message)
            for _ in range(answer.get_int()):
                name = answer.get_binary().decode(errors="surrogateescape")
                answer.get_binary()  # the line that `ls -l` would show
                attributes = paramiko.SFTPAttributes._from_msg(answer)  # noqa: SLF001  the only way
                if name not in {".", ".."}:
                    yield name, attributes

    def blocks_of(self, path: str, most: int) -> Iterator[bytes]:
        """Give a file's bytes in order, up to so many; memory holds `AHEAD` blocks at most.

        Raises:
            OSError: the file cannot be read.
            EOFError: the connection broke.
        """
        with self.open(path, "rb") as remote:
            reading = _Reading(self, remote.handle, most)
            yield from reading.blocks()

    def ask_for(self, handle: bytes, offset: int, length: int) -> int:
        """Ask for a part of a file without waiting; return the number of the request."""
        number: int = self._async_request(type(None), CMD_READ, handle, int64(offset), length)
        return number

    def next_answer(self) -> tuple[int, bytes | None]:
        """Wait for an answer to any request; None where the file has ended.

        Raises:
            OSError: the server refuses.
            EOFError: the connection broke.
        """
        kind, content = self._read_packet()
        answer = paramiko.Message(content)
        number = answer.get_int()
        self._expecting.pop(number, None)
        if kind == CMD_STATUS:
            try:
                self._convert_status(answer)
            except EOFError:
                return number, None
        if kind != CMD_DATA:
            message = "expected data"
            raise SFTPError(message)
        return number, answer.get_binary()


class _Reading:
    """One file on its way: what was asked for, what is there, and what was given."""

    def __init__(self, client: SftpClient, handle: bytes, most: int) -> None:
        self._client, self._handle = client, handle
        self._end = most
        self._asked: dict[int, tuple[int, int]] = {}
        self._there: dict[int, bytes] = {}

    def blocks(self) -> Iterator[bytes]:
        position = reached = 0
        while position < self._end:
            while reached < self._end and len(self._asked) + len(self._there) < AHEAD:
                length = min(BLOCK, self._end - reached)
                self._ask(reached, length)
                reached += length
            while position in self._there:
                block = self._there.pop(position)
                position += len(block)
                yield block
            if position < self._end and self._asked:
                self._receive()

    def _ask(self, offset: int, length: int) -> None:
        self._asked[self._client.ask_for(self._handle, offset, length)] = (offset, length)

    def _receive(self) -> None:
        number, block = self._client.next_answer()
        if number not in self._asked:
            return
        offset, length = self._asked.pop(number)
        if not block:
            self._end = min(self._end, offset)
            return
        if len(block) > length:
            message = f"expected at most {length} bytes"
            raise SFTPError(message)
        self._there[offset] = block
        if len(block) < length:
            # A server may give less than it is asked for.
            self._ask(offset + len(block), length - len(block))
