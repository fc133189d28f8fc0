"""Real servers that vendors leave files on, on loopback, started and ended by a test."""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest
import requests
from moto.server import ThreadedMotoServer

from breakwater.feeds.sftp_login import SftpLogin
from breakwater.warehouse.connections import FeedConnection

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
PRIVILEGE_SEPARATION = Path("/run/sshd")
PASSWORD = "a password of the tests"  # noqa: S105  of a server that lives for one test


@dataclass(frozen=True)
class SshServer:
    """A running server: where vendors put files, and how we are known there."""

    folder: Path
    path: str
    connection: FeedConnection

    def known_as(self, **changes: Any) -> FeedConnection:  # noqa: ANN401  fields of a connection
        """Return the connection with other fields; an extra of None is left out."""
        extra = {**self.connection.extra, **changes.pop("extra", {})}
        extra = {name: value for name, value in extra.items() if value is not None}
        return replace(self.connection, extra=extra, **changes)


def new_key() -> asyncssh.SSHKey:
    """Make a key pair."""
    return asyncssh.generate_private_key("ssh-ed25519")


def public(key: asyncssh.SSHKey) -> str:
    """Spell the public half as known_hosts and ``host_key`` have it."""
    return key.export_public_key().decode().strip()


@dataclass
class Conduct:
    """What the server in Python does otherwise than a good one.

    Attributes:
        entries: names and attributes to list instead of what is there.
        size: added to every size that it states.
        on_read: called before a block is read, with the server and where it starts.
        most: how many bytes it gives at a time, whatever it is asked for.
    """

    entries: Sequence[tuple[bytes, asyncssh.SFTPAttrs]] | None = None
    size: int = 0
    on_read: Callable[["Sftp", int], None] = field(default=lambda _server, _offset: None)
    most: int | None = None


class Sftp(asyncssh.SFTPServer):
    """A server of files that may behave badly."""

    conduct = Conduct()

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder, or what the test says."""
        if self.conduct.entries is not None:
            for name, attributes in self.conduct.entries:
                yield asyncssh.SFTPName(name, attrs=attributes)
            return
        async for entry in super().scandir(path):
            if entry.attrs.size is not None:
                entry.attrs.size += self.conduct.size
            yield entry

    def lstat(self, path: bytes) -> Any:  # noqa: ANN401  whatever asyncssh takes
        """State a file's size, or a little more."""
        found = asyncssh.SFTPAttrs.from_local(super().lstat(path))
        found.size = (found.size or 0) + self.conduct.size
        return found

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read a block, unless something happens."""
        self.conduct.on_read(self, offset)
        content: bytes = super().read(file_obj, offset, min(size, self.conduct.most or size))
        return content

    def cut(self) -> None:
        """Break the connection."""
        self.connection.abort()


@contextmanager
def python_server(folder: Path, conduct: Conduct | None = None) -> Iterator[SshServer]:
    """Serve a folder by asyncssh; logs in by password."""
    key = new_key()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    class Files(Sftp):
        pass

    Files.conduct = conduct or Conduct()

    connections: list[asyncssh.SSHServerConnection] = []

    class Login(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def begin_auth(self, username: str) -> bool:
            return bool(username)

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("vendor", PASSWORD)

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Login,
            server_host_keys=[key],
            sftp_factory=lambda channel: Files(channel, chroot=str(folder).encode()),
        )

    async def close(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        await acceptor.wait_closed()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    try:
        connection = FeedConnection(
            name="acme_sftp",
            kind="sftp",
            host="127.0.0.1",
            port=acceptor.get_port(),
            login="vendor",
            password=PASSWORD,
            extra={"host_key": public(key)},
        )
        yield SshServer(folder, "/", connection)
    finally:
        asyncio.run_coroutine_threadsafe(close(acceptor), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


def why_no_sshd() -> str | None:
    """Say why OpenSSH cannot be started here; None when it can."""
    if not Path(SSHD).exists():
        return "OpenSSH's server is not installed (apt-get install openssh-server)"
    if os.geteuid() == 0:
        with suppress(OSError):
            PRIVILEGE_SEPARATION.mkdir(exist_ok=True)
        if not PRIVILEGE_SEPARATION.is_dir():
            return f"{PRIVILEGE_SEPARATION} cannot be made"
    return None


@contextmanager
def openssh_server(folder: Path, settings: Path) -> Iterator[SshServer]:
    """Serve files by OpenSSH as whoever runs the tests; logs in by key."""
    host, user = new_key(), new_key()
    settings.mkdir(mode=0o700)
    host.write_private_key(settings / "host")
    (settings / "host").chmod(0o600)
    (settings / "authorized").write_text(public(user) + "\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (settings / "config").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {settings}/host\nPidFile none\n"
        f"AuthorizedKeysFile {settings}/authorized\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "Subsystem sftp internal-sftp\n"
    )
    with (settings / "log").open("wb") as log:
        process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(settings / "config")], stdin=subprocess.DEVNULL, stderr=log
        )
    try:
        _wait_for(port, process, settings / "log")
        connection = FeedConnection(
            name="acme_sftp",
            kind="sftp",
            host="127.0.0.1",
            port=port,
            login=getpass.getuser(),
            extra={
                "host_key": public(host),
                "private_key": user.export_private_key().decode(),
            },
        )
        _skip_where_accounts_are_locked(connection, settings / "log")
        yield SshServer(folder, str(folder), connection)
    finally:
        process.terminate()
        process.wait(30)


def _skip_where_accounts_are_locked(connection: FeedConnection, log: Path) -> None:
    """Skip where the machine, not the server, keeps the user out: some containers lock accounts."""
    login = SftpLogin.of(connection)
    with paramiko.SSHClient() as client:
        client.get_host_keys().add(login.server_name, "ssh-ed25519", login.host_keys[0])
        with suppress(paramiko.AuthenticationException):
            client.connect(login.host, login.port, login.user, pkey=login.key, look_for_keys=False)
    told = log.read_text()
    if "account is locked" in told:
        pytest.skip(f"OpenSSH lets {login.user} not in: {told.splitlines()[-1]}")


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    message = f"sshd does not listen: {log.read_text()}"
    raise AssertionError(message)


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve the S3 protocol, with nothing in it; give its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        # Its buckets belong to the process, not to the server.
        requests.post(f"http://{host}:{port}/moto-api/reset", timeout=30).raise_for_status()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
