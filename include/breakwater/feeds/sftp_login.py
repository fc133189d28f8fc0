"""What a connection of Airflow's `sftp` form means: where, as whom, and which host key is pinned."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import paramiko  # type: ignore[import-untyped]

from breakwater.warehouse.connections import FeedConnection

PORT = 22
SECONDS = 30.0
"""How long connecting may take, and each step of logging in."""

_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)

_UNREADABLE = (paramiko.SSHException, paramiko.UnknownKeyType, ValueError, IndexError)

_UNCHECKED = ("no_host_key_check", "ignore_hostkey_verification", "allow_host_key_change")
"""Extras by which Airflow's hook would take any server for the right one."""


@dataclass(frozen=True, slots=True)
class SftpLogin:
    """One login at one server.

    Attributes:
        host: name or address.
        port: of the SSH service.
        user: who logs in.
        password: theirs, where that is how they log in.
        key: private key, where that is how they log in.
        host_keys: the only public keys by which the server may prove itself.
        seconds: longest time for each step of connecting.
    """

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    key: Any = field(repr=False)
    host_keys: tuple[Any, ...]
    seconds: float

    @property
    def server_name(self) -> str:
        """How files of known hosts call the server."""
        return _server_name(self.host, self.port)

    @classmethod
    def of(cls, connection: FeedConnection) -> "SftpLogin":
        """Read a connection.

        Raises:
            ConfigurationError: something is missing or cannot be read, or no host key is pinned.
        """
        if not connection.host:
            problem = connection.expected("a host", None)
            raise problem
        if not connection.login:
            problem = connection.expected("a login", None)
            raise problem
        key = _private_key(connection)
        if key is None and not connection.password:
            problem = connection.expected("a password, key_file or private_key", None)
            raise problem
        port = connection.port or PORT
        return cls(
            host=connection.host,
            port=port,
            user=connection.login,
            password=connection.password or None,
            key=key,
            host_keys=_host_keys(connection, _server_name(connection.host, port)),
            seconds=_seconds(connection),
        )


def _server_name(host: str, port: int) -> str:
    return host if port == PORT else f"[{host}]:{port}"


def _seconds(connection: FeedConnection) -> float:
    stated = connection.extra.get("conn_timeout") or SECONDS
    try:
        seconds = float(stated)
    except (TypeError, ValueError):
        seconds = 0
    if not 0 < seconds <= 600:  # noqa: PLR2004  ten minutes
        problem = connection.expected("conn_timeout between 0 and 600 seconds", stated)
        raise problem
    return seconds


def _host_keys(connection: FeedConnection, server_name: str) -> tuple[Any, ...]:
    extra = connection.extra
    unchecked = [name for name in _UNCHECKED if str(extra.get(name) or "false").lower() != "false"]
    if unchecked:
        problem = connection.expected("a pinned host key", f"{unchecked[0]}: true")
        raise problem
    if extra.get("host_key"):
        return (_host_key(connection, str(extra["host_key"])),)
    if extra.get("known_hosts"):
        return _known_hosts(connection, str(extra["known_hosts"]), server_name)
    what = "a pinned host key: extra host_key ('ssh-ed25519 AAAA…') or known_hosts (a file)"
    problem = connection.expected(what, None)
    raise problem


def _host_key(connection: FeedConnection, text: str) -> Any:  # noqa: ANN401  paramiko ships no types
    """Read a public key, with or without its kind before it and a remark behind it."""
    parts = [*text.split(), "", ""]
    encoded = parts[1] or parts[0]
    try:
        blob = base64.b64decode(encoded, validate=True)
        kind = paramiko.Message(blob).get_text()
        return paramiko.PKey.from_type_string(kind, blob)
    except (*_UNREADABLE, binascii.Error) as error:
        problem = connection.expected("host_key as in ssh-ed25519 AAAA…", parts[0][:20])
        raise problem from error


def _known_hosts(connection: FeedConnection, path: str, server_name: str) -> tuple[Any, ...]:
    try:
        found: Mapping[str, Any] | None = paramiko.HostKeys(path).lookup(server_name)
    except (*_UNREADABLE, OSError) as error:
        problem = connection.expected(
            f"a readable file of known hosts at {path}", type(error).__name__
        )
        raise problem from error
    if not found:
        problem = connection.expected(f"a key of {server_name} in {path}", None)
        raise problem
    return tuple(found.values())


def _private_key(connection: FeedConnection) -> Any:  # noqa: ANN401  paramiko ships no types
    extra = connection.extra
    text, path = extra.get("private_key"), extra.get("key_file")
    if text and path:
        problem = connection.expected("one of private_key and key_file", "both")
        raise problem
    passphrase = extra.get("private_key_passphrase") or None
    if not text and not path:
        return None
    for kind in _KINDS:
        try:
            if path:
                return kind.from_private_key_file(str(path), password=passphrase)
            return kind.from_private_key(io.StringIO(str(text)), password=passphrase)
        except OSError as error:
            problem = connection.expected(f"a readable key_file at {path}", type(error).__name__)
            raise problem from error
        except _UNREADABLE:
            continue
    # Not why: the reasons of a library may quote what it read.
    what = "an Ed25519, ECDSA or RSA private key, with its private_key_passphrase if it has one"
    problem = connection.expected(what, "something else")
    raise problem
