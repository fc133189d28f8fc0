"""Where a request may go: https, a host that is allowed, an address that is not our own inside.

A host is looked up once, all its addresses are checked, and the connection goes to one of those: a
name that points elsewhere a moment later (DNS rebinding) leads nowhere.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass, replace
from typing import NoReturn
from urllib.parse import urlsplit

from breakwater.contracts.operations import Outside, is_named
from breakwater.core.errors import BreakwaterError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_URL = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which some readers take for a slash."""

_HTTPS_PORT = 443
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LAST_32_BITS = 0xFFFF_FFFF


class OutsideError(BreakwaterError):
    """A system outside was not asked, or did not answer whole.

    Attributes:
        permanent: asking again cannot help until somebody changes the configuration.
        in_doubt: it may have read the request all the same.
    """

    exit_code = 1

    def __init__(self, message: str, *, permanent: bool, in_doubt: bool = False) -> None:
        """Say what was wrong; the text never holds an address's path or query: they hold secrets."""
        self.permanent, self.in_doubt = permanent, in_doubt
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whom we may ask.

    Attributes:
        hosts: names of hosts; ``.example.org`` stands for every host below it.
        internal_hosts: those that may have an address of a private network or of this machine.
    """

    hosts: frozenset[str] = frozenset()
    internal_hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, outside: Outside) -> "Allowed":
        """Take what configuration allows."""
        return cls(frozenset(outside.hosts), frozenset(outside.internal_hosts))

    def and_hosts(self, *hosts: str) -> "Allowed":
        """Allow hosts besides, at public addresses: those of a service that is meant anyway."""
        return replace(self, hosts=self.hosts | frozenset(hosts))

    def names(self, host: str) -> bool:
        """Tell whether a host is allowed at all."""
        return is_named(host, self.hosts, self.internal_hosts)

    def permits(self, host: str, address: Address) -> bool:
        """Tell whether a host may have an address."""
        inner = _inner(address)
        if inner != address:
            return self.permits(host, inner)
        if inner.is_multicast or inner.is_unspecified or inner.is_link_local:
            return False
        if host in self.internal_hosts:
            return inner.is_global or inner.is_private
        return inner.is_global and not inner.is_reserved


@dataclass(frozen=True, slots=True)
class Target:
    """A request's way, decided before anything is sent.

    Attributes:
        url: as it was written.
        host: the name that the certificate must be made out to.
        port: of the far end.
        addresses: to which a connection may go, in the order in which they are tried.
    """

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


def target_of(url: str, allowed: Allowed) -> Target:
    """Decide where a request goes.

    Raises:
        OutsideError: permanent, when it may not go there; passing, when the name is not known now.
    """
    host, port = _parts_of(url)
    if not allowed.names(host):
        _refuse(f"host {host!r} is not among the allowed ones")
    addresses = _look_up(host, port)
    for address in addresses:
        if not allowed.permits(host, address):
            _refuse(f"host {host!r} has an address that is not a public one")
    return Target(url, host, port, tuple(dict.fromkeys(map(str, addresses))))


def _parts_of(url: str) -> tuple[str, int]:
    if not _URL.fullmatch(url):
        _refuse("the address holds characters that no address has")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        _refuse("the address cannot be read")
    if parts.scheme != "https":
        _refuse("the address must begin with https://")
    if "@" in parts.netloc:
        _refuse("the address names a user; credentials have fields of their own")
    if not _HOST.fullmatch(host) or _is_number(host):
        _refuse("the address must name its host, not number it")
    return host, port or _HTTPS_PORT


def _is_number(host: str) -> bool:
    """Tell whether a resolver may read a host as an address: 127.0.0.1, 2130706433, 0x7f.1."""
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _look_up(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        message = f"host {host!r} is not known"
        raise OutsideError(message, permanent=False) from None
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _inner(address: Address) -> Address:
    """Return the address that another one wraps: of a mapped, tunnelled or translated one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _refuse(what: str) -> NoReturn:
    message = f"not asked: {what}"
    raise OutsideError(message, permanent=True) from None
