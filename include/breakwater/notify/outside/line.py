"""One connection: to the address that was checked, by the name that the certificate has."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection

from breakwater.notify.outside.target import Target


@dataclass(slots=True)
class Line:
    """A connection as it is used; it can be cut from outside.

    Attributes:
        is_up: whether the far end may have heard anything.
        was_cut: whether it took longer than it may.
    """

    is_up: bool = False
    was_cut: bool = False
    _connection: HTTPSConnection | None = field(default=None, repr=False)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the line when what is done with it takes longer.

        A time-out of a socket begins anew with every byte, so a far end that drips holds us for
        ever; and nobody else is told meanwhile.
        """
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.was_cut = True
        sock = getattr(self._connection, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def connection_class(self) -> type[HTTPSConnection]:
        """Return connections that are this line."""
        line = self

        class OnTheLine(HTTPSConnection):
            def connect(self) -> None:
                line._connection = self
                super().connect()
                line.is_up = True

        return OnTheLine


class PinnedAdapter(HTTPAdapter):
    """Connects to a target's address, and expects the certificate of its host."""

    def __init__(self, target: Target, address: str, line: Line) -> None:
        """Take where to connect to, and the line that is used for it."""
        self._target, self._address, self._line = target, address, line
        super().__init__(max_retries=0)

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,
        cert: str | tuple[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  of types that requests keeps to itself
        """Put the address in the place of the host."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        placed = {**host, "host": self._address, "port": self._target.port}
        name = self._target.host
        return placed, {**pool, "server_hostname": name, "assert_hostname": name}

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        """Let the pool make connections that are the line."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        pool.ConnectionCls = self._line.connection_class()
        return pool
